package io.github.elevenspring.test;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Configuration;

/**
 * An application that has nothing but the library.
 */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
class LibraryApplication {

}
