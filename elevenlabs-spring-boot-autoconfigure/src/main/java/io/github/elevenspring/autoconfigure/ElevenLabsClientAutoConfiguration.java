package io.github.elevenspring.autoconfigure;

import java.time.Duration;

import io.github.elevenspring.client.ApiKeyConnector;
import io.github.elevenspring.client.ElevenLabsClient;
import io.github.elevenspring.client.EventLoopConnector;
import io.github.elevenspring.client.Timeouts;
import io.github.elevenspring.client.WireLogging;
import reactor.core.scheduler.Schedulers;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.http.client.HttpClientSettings;
import org.springframework.boot.http.client.HttpRedirects;
import org.springframework.boot.http.client.autoconfigure.reactive.ReactiveHttpClientAutoConfiguration;
import org.springframework.boot.http.client.reactive.ClientHttpConnectorBuilder;
import org.springframework.boot.http.client.reactive.ReactorClientHttpConnectorBuilder;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.webclient.autoconfigure.WebClientAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.http.HttpHeaders;
import org.springframework.http.client.reactive.ClientHttpConnector;
import org.springframework.util.StringUtils;
import org.springframework.web.reactive.function.client.WebClient;

/**
 * Auto-configuration for the HTTP side: where ElevenLabs is, and the client that speaks
 * to it. Boot's HTTP client settings and SSL bundles hold, with one exception: redirects
 * are not followed, because the key would go with them.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = { ReactiveHttpClientAutoConfiguration.class, WebClientAutoConfiguration.class })
@ConditionalOnClass(WebClient.class)
@ConditionalOnBean(WebClient.Builder.class)
@EnableConfigurationProperties(ElevenLabsProperties.class)
public final class ElevenLabsClientAutoConfiguration {

	private static final Duration DEFAULT_CONNECT_TIMEOUT = Duration.ofSeconds(5);

	private static final String USER_AGENT = "elevenlabs-spring-boot";

	@Bean
	@ConditionalOnMissingBean(ElevenLabsConnectionDetails.class)
	PropertiesElevenLabsConnectionDetails elevenLabsConnectionDetails(ElevenLabsProperties properties) {
		return new PropertiesElevenLabsConnectionDetails(properties);
	}

	@Bean
	@ConditionalOnMissingBean
	ElevenLabsClient elevenLabsClient(ElevenLabsConnectionDetails connection, ElevenLabsProperties properties,
			WebClient.Builder webClientBuilder, ObjectProvider<ClientHttpConnectorBuilder<?>> connectorBuilder,
			ObjectProvider<HttpClientSettings> settings, ObjectProvider<SslBundles> sslBundles,
			ObjectProvider<ElevenLabsWebClientCustomizer> customizers) {
		ClientHttpConnector connector = connector(connectorBuilder.getIfAvailable(ClientHttpConnectorBuilder::detect),
				settings(properties, settings.getIfAvailable(HttpClientSettings::defaults), sslBundles));
		webClientBuilder.defaultHeader(HttpHeaders.USER_AGENT, USER_AGENT);
		customizers.orderedStream().forEach((customizer) -> customizer.customize(webClientBuilder));
		WebClient webClient = webClientBuilder.clientConnector(new ApiKeyConnector(connector, connection::getApiKey))
			.build();
		return new ElevenLabsClient(webClient, connection::getBaseUrl, connection::getApiKey,
				new Timeouts(properties.timeout().firstByte(), properties.timeout().idle()), Schedulers.parallel());
	}

	private static HttpClientSettings settings(ElevenLabsProperties properties, HttpClientSettings settings,
			ObjectProvider<SslBundles> sslBundles) {
		HttpClientSettings result = settings.withRedirects(HttpRedirects.DONT_FOLLOW);
		Duration connect = properties.timeout().connect();
		if (connect != null) {
			result = result.withConnectTimeout(connect);
		}
		else if (settings.connectTimeout() == null) {
			result = result.withConnectTimeout(DEFAULT_CONNECT_TIMEOUT);
		}
		String bundle = properties.ssl().bundle();
		return StringUtils.hasText(bundle) ? result.withSslBundle(sslBundles.getObject().getBundle(bundle)) : result;
	}

	private static ClientHttpConnector connector(ClientHttpConnectorBuilder<?> builder, HttpClientSettings settings) {
		return (builder instanceof ReactorClientHttpConnectorBuilder reactor)
				? new EventLoopConnector(reactor.withHttpClientCustomizer(WireLogging::withoutContents).build(settings))
				: builder.build(settings);
	}

}
