package io.github.elevenspring.sample;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.github.elevenspring.cache.SpeechCache;
import io.github.elevenspring.test.simulator.ElevenLabsSimulator;
import io.github.elevenspring.test.simulator.Fault;
import io.github.elevenspring.test.simulator.Pace;
import io.github.elevenspring.test.simulator.RecordedRequest;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.support.ui.Select;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the page in a real browser. Skipped where there is no Chromium: set
 * {@code CHROME_BIN} and {@code CHROMEDRIVER_BIN}, or put both on the path.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class EndToEndIT {

	private static final String TEXT = "The quick brown fox jumps over the lazy dog, sits down and looks at the moon.";

	private static final long TWO_SECONDS = 2 * 48_000;

	private static final Path SCREENSHOTS = Path.of(System.getProperty("sample.screenshots", "target/screenshots"));

	@TempDir
	private static @Nullable Path profile;

	private static @Nullable ChromeDriver browser;

	@Autowired
	private ElevenLabsSimulator simulator;

	@Autowired
	private SpeechCache cache;

	@LocalServerPort
	private int port;

	@BeforeAll
	static void openBrowser() {
		Path chrome = program("CHROME_BIN", "chromium", "chromium-browser", "google-chrome", "chrome");
		Path driver = program("CHROMEDRIVER_BIN", "chromedriver");
		Assumptions.assumeTrue(chrome != null && driver != null,
				"No Chromium here: install chromium and chromium-driver, or set CHROME_BIN and CHROMEDRIVER_BIN");
		ChromeOptions options = new ChromeOptions();
		options.setBinary(Objects.requireNonNull(chrome).toFile());
		options.addArguments("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
				"--disable-background-networking", "--disable-component-update", "--disable-sync",
				"--autoplay-policy=no-user-gesture-required", "--user-data-dir=" + profile);
		options.setCapability("goog:loggingPrefs", Map.of(LogType.BROWSER, "ALL"));
		ChromeDriverService service = new ChromeDriverService.Builder()
			.usingDriverExecutable(Objects.requireNonNull(driver).toFile())
			.build();
		browser = new ChromeDriver(service, options);
	}

	@AfterAll
	static void closeBrowser() {
		if (browser != null) {
			browser.quit();
		}
	}

	@BeforeEach
	void openPage() {
		this.simulator.start();
		this.simulator.reset();
		this.simulator.pace(Pace.IMMEDIATE);
		this.cache.clear().block(Duration.ofSeconds(5));
		screen(1440, 900, false);
		browser().get("http://localhost:" + this.port + "/");
		browser().executeScript("localStorage.clear()");
		browser().navigate().refresh();
		await(() -> main("loaded"), "true");
		browser().manage().logs().get(LogType.BROWSER);
	}

	@Test
	void playsWhileTheEndIsStillToCome() {
		this.simulator.faults().next("/stream", Fault.stallAfter(TWO_SECONDS), 1);
		type(TEXT);
		new Select(element("voice")).selectByVisibleText("Kestrel");
		new Select(element("model")).selectByVisibleText("Eleven Multilingual v2");
		element("speak").click();
		await(() -> main("state"), "playing");
		await(() -> main("received"), "2.00");
		Awaitility.await().until(() -> Double.parseDouble(main("played")) > 0.5);
		assertThat(main("stream")).isEqualTo("open");
		assertThat(text("first")).endsWith(" ms");
		assertThat(text("request")).hasSizeGreaterThan(10);
		screenshots("playing");

		element("stop").click();
		await(() -> main("state"), "stopped");
		assertThat(text("status")).startsWith("Stopped after ");
		assertThat(element("save").isEnabled()).isTrue();
		Awaitility.await().untilAsserted(() -> assertThat(this.simulator.statistics().cancelled()).isEqualTo(1));
		assertThat(this.simulator.statistics().openStreams()).isZero();
		RecordedRequest request = this.simulator.journal().requests("/stream").get(0);
		assertThat(request.query()).containsEntry("output_format", List.of("pcm_24000"));
		assertThat(request.body()).contains(TEXT, "eleven_multilingual_v2").doesNotContain("voice_settings");
	}

	@Test
	void playsToTheEndAndAgain() {
		screenshots("idle");
		type("Hello there.");
		element("speak").click();
		await(() -> main("state"), "done");
		assertThat(main("stream")).isEqualTo("complete");
		assertThat(main("played")).isEqualTo(main("received"));
		assertThat(text("credits")).isEqualTo("6");
		await(() -> text("usage-note").split(" ")[0], "6");
		screenshots("done");
		element("replay").click();
		await(() -> text("status"), "Playing again");
		await(() -> text("status"), "Done");
		assertThat(this.simulator.journal().requests("/stream")).hasSize(1);
		assertThat(browser().manage().logs().get(LogType.BROWSER).getAll()).isEmpty();
	}

	@Test
	void saysWhenItSpokeFromTheCache() {
		speak("Hello there.", "");
		assertThat(text("credits")).isEqualTo("6");
		speak("Hello there.", "");
		assertThat(text("credits")).isEqualTo("0, from the cache");
		assertThat(main("played")).isEqualTo(main("received"));
		assertThat(this.simulator.journal().requests("/stream")).hasSize(1);
		screenshots("cached");
	}

	@Test
	void sendsTheSettingsThatWereTouched() {
		element("settings").findElement(By.tagName("summary")).click();
		element("stability").sendKeys(Keys.ARROW_RIGHT);
		assertThat(text("settings-note")).isEqualTo("1 changed");
		type("Hello.");
		element("speak").click();
		await(() -> main("state"), "done");
		assertThat(this.simulator.journal().requests("/stream").get(0).body())
			.contains("\"voice_settings\":{\"stability\":0.55}");
		screenshots("settings");
	}

	@Test
	void saysThatThereIsNothingToSay() {
		type("   ");
		element("speak").click();
		assertThat(text("text-error")).isEqualTo("There is nothing to say yet. Type a text first.");
		assertThat(element("text").getDomAttribute("aria-invalid")).isEqualTo("true");
		assertThat(main("state")).isEqualTo("idle");
	}

	@Test
	void countsCharactersAsElevenLabsDoes() {
		new Select(element("model")).selectByVisibleText("Eleven v3");
		fill("\uD83D\uDE00".repeat(5_001));
		assertThat(text("count")).startsWith("5,001 of 5,000 characters");
		element("speak").click();
		assertThat(text("text-error")).isEqualTo("The text is 1 character too long for Eleven v3.");
		screenshots("too-long");
		fill("\uD83D\uDE00".repeat(5_000));
		assertThat(text("count")).startsWith("5,000 of 5,000 characters");
		assertThat(text("text-error")).isEmpty();
	}

	@Test
	void saysWhatWentWrong() {
		this.simulator.faults().rate(1, Fault.invalidKey());
		type(TEXT);
		element("speak").click();
		await(() -> main("state"), "error");
		assertThat(text("problem-title")).isEqualTo("Not set up correctly");
		assertThat(text("problem-detail"))
			.isEqualTo("ElevenLabs does not accept the API key of this application. Its operator has to fix that.");
		assertThat(element("degraded").isDisplayed()).isFalse();
		assertThat(element("save").isEnabled()).isFalse();
		screenshots("error");
	}

	@Test
	void keepsSpeakingWhileElevenLabsIsGoneAndSaysSo() {
		speak("Hello there.", "");
		element("power").click();
		await(() -> text("power"), "Start the simulator");
		assertThat(this.simulator.isListening()).isFalse();
		speak(TEXT, "engine");
		assertThat(text("degraded")).startsWith("This is the fallback voice.");
		assertThat(Double.parseDouble(main("played"))).isGreaterThan(2);
		assertThat(element("problem").isDisplayed()).isFalse();
		screenshots("fallback");

		browser().navigate().refresh();
		Awaitility.await().until(() -> element("retry").isDisplayed());
		await(() -> text("power"), "Start the simulator");
		speak("Still here.", "engine");

		element("power").click();
		await(() -> text("power"), "Stop the simulator");
		// A breaker that has opened meanwhile closes in its own time.
		Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> {
			element("speak").click();
			await(() -> main("state"), "done");
			return main("degraded").isEmpty();
		});
		await(() -> main("loaded"), "true");
		assertThat(element("degraded").isDisplayed()).isFalse();
		screenshots("recovered");
	}

	@Test
	void saysThatAPartIsOnlyAPart() {
		this.simulator.faults().next("/stream", Fault.cutAfter(TWO_SECONDS), 1);
		type(TEXT);
		element("speak").click();
		await(() -> main("state"), "error");
		assertThat(text("problem-title")).isEqualTo("The end is missing");
		assertThat(text("problem-detail")).contains("seconds of sound", "only a part of your text");
		Awaitility.await().until(() -> element("save").isEnabled());
		assertThat(text("save")).isEqualTo("Save part as WAV");
		screenshots("partial");
	}

	@Test
	void offersToTryAgainWhenNothingCanBeListed() {
		this.simulator.faults().rate(1, Fault.invalidKey());
		browser().navigate().refresh();
		Awaitility.await().until(() -> element("retry").isDisplayed());
		assertThat(text("problem-detail")).startsWith("Voices and models could not be loaded.");
		this.simulator.faults().clear();
		element("retry").click();
		await(() -> main("loaded"), "true");
		assertThat(element("problem").isDisplayed()).isFalse();
	}

	@Test
	void needsNoMouse() {
		this.simulator.faults().next("/stream", Fault.stallAfter(TWO_SECONDS), 1);
		assertThat(focused()).isEqualTo("text");
		keys(Keys.chord(Keys.CONTROL, "a"), TEXT, Keys.TAB);
		assertThat(focused()).isEqualTo("voice-filter");
		keys("linnea", Keys.TAB);
		assertThat(focused()).isEqualTo("voice");
		assertThat(new Select(element("voice")).getFirstSelectedOption().getText()).isEqualTo("Linnea");
		keys(Keys.TAB);
		assertThat(focused()).isEqualTo("model");
		keys(Keys.chord(Keys.CONTROL, Keys.ENTER));
		await(() -> main("state"), "playing");
		keys(Keys.ESCAPE);
		await(() -> main("state"), "stopped");
		keys(Keys.TAB, Keys.TAB);
		assertThat(focused()).isEqualTo("speak");
	}

	@Test
	void showsHowABurstIsServed() {
		this.simulator.pace(new Pace(0, 0.5));
		await(() -> Integer.toString(browser().findElements(By.cssSelector("#groups li")).size()), "3");
		element("burst").click();
		Awaitility.await()
			.atMost(Duration.ofSeconds(30))
			.untilAsserted(() -> assertThat(text("groups")).contains("waiting"));
		screenshots("burst");
		await(() -> String.valueOf(element("traffic").getDomAttribute("data-burst")), "done");
		assertThat(browser().findElements(By.cssSelector("#calls [data-state=done]"))).hasSize(30);
		assertThat(text("burst-note")).startsWith("Served in this order:").doesNotContain("failed");
		Awaitility.await()
			.untilAsserted(() -> assertThat(text("groups")).contains("0 of 5 in flight").doesNotContain("waiting"));
		assertThat(this.simulator.statistics().groups().get("standard").maxInFlight()).isEqualTo(5);
		assertThat(this.simulator.journal().requests("/stream")).hasSize(30)
			.noneMatch((request) -> request.status() == 429);
	}

	@Test
	void fitsNarrowScreens() {
		element("settings").findElement(By.tagName("summary")).click();
		for (int width : new int[] { 320, 360, 768, 1440 }) {
			screen(width, 800, false);
			assertThat(browser()
				.executeScript("return document.documentElement.scrollWidth - document.documentElement.clientWidth"))
				.as("overflow at %s pixels", width)
				.isEqualTo(0L);
		}
	}

	private static ChromeDriver browser() {
		return Objects.requireNonNull(browser);
	}

	private static WebElement element(String id) {
		return browser().findElement(By.id(id));
	}

	private static String text(String id) {
		return element(id).getText();
	}

	private static String main(String state) {
		String value = browser().findElement(By.tagName("main")).getDomAttribute("data-" + state);
		return (value != null) ? value : "";
	}

	private static @Nullable String focused() {
		return browser().switchTo().activeElement().getDomAttribute("id");
	}

	private static void keys(CharSequence... keys) {
		for (CharSequence key : keys) {
			browser().switchTo().activeElement().sendKeys(key);
		}
	}

	private static void speak(String text, String degraded) {
		type(text);
		element("speak").click();
		await(() -> main("state"), "done");
		assertThat(main("degraded")).isEqualTo(degraded);
	}

	private static void type(String text) {
		element("text").clear();
		element("text").sendKeys(text);
	}

	private static void fill(String text) {
		browser().executeScript("arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event('input'))",
				element("text"), text);
	}

	private static void await(Supplier<String> actual, String expected) {
		Awaitility.await()
			.atMost(Duration.ofSeconds(30))
			.untilAsserted(() -> assertThat(actual.get()).isEqualTo(expected));
	}

	private static void screenshots(String name) {
		screenshot(name + "-1440", 1440, false);
		screenshot(name + "-1440-dark", 1440, true);
		screenshot(name + "-360", 360, false);
		screenshot(name + "-360-dark", 360, true);
		screen(1440, 900, false);
	}

	private static void screenshot(String name, int width, boolean dark) {
		screen(width, 900, dark);
		browser().executeAsyncScript("requestAnimationFrame(() => requestAnimationFrame(arguments[0]))");
		Map<String, Object> image = browser().executeCdpCommand("Page.captureScreenshot",
				Map.of("format", "png", "captureBeyondViewport", true));
		try {
			Files.createDirectories(SCREENSHOTS);
			Files.write(SCREENSHOTS.resolve(name + ".png"),
					Base64.getDecoder().decode(String.valueOf(image.get("data"))));
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static void screen(int width, int height, boolean dark) {
		browser().executeCdpCommand("Emulation.setDeviceMetricsOverride",
				Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", width < 600));
		browser().executeCdpCommand("Emulation.setEmulatedMedia",
				Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light"))));
	}

	private static @Nullable Path program(String variable, String... names) {
		String named = System.getenv(variable);
		Stream<Path> candidates = (named != null) ? Stream.of(Path.of(named))
				: Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
					.flatMap((folder) -> Stream.of(names).map((name) -> Path.of(folder, name)));
		return Stream.concat(candidates, Stream.of(names).map((name) -> Path.of("/usr/bin", name)))
			.filter(Files::isExecutable)
			.findFirst()
			.orElse(null);
	}

}
