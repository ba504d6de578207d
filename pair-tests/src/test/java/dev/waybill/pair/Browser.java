package dev.waybill.pair;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.logging.Level;
import java.util.stream.Stream;

import dev.waybill.testing.Eventually;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.Keys;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/** A real browser without a window: the Chromium that is installed on this machine. */
final class Browser implements AutoCloseable {

	private static final List<String> BROWSERS = List.of("chromium", "google-chrome", "chromium-browser");

	private static final Path SCREENSHOTS = Path.of("target", "screenshots");

	private final ChromeDriver driver;

	private Browser(Path browser, Path driver) {
		LoggingPreferences logs = new LoggingPreferences();
		logs.enable(LogType.BROWSER, Level.ALL);
		ChromeOptions options = new ChromeOptions();
		options.setBinary(browser.toFile());
		// In a container it is root, for whom Chromium has no sandbox, and shared memory
		// is small.
		options.addArguments("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu",
				"--hide-scrollbars");
		options.setCapability("goog:loggingPrefs", logs);
		this.driver = new ChromeDriver(new ChromeDriverService.Builder().usingDriverExecutable(driver.toFile()).build(),
				options);
	}

	/** Whether there is a browser, and a driver for it. */
	static boolean isInstalled() {
		return browser().isPresent() && installed("chromedriver").isPresent();
	}

	static Browser start() {
		return new Browser(browser().orElseThrow(), installed("chromedriver").orElseThrow());
	}

	private static Optional<Path> browser() {
		return BROWSERS.stream().flatMap((name) -> installed(name).stream()).findFirst();
	}

	private static Optional<Path> installed(String program) {
		return Stream.of(Objects.requireNonNullElse(System.getenv("PATH"), "").split(File.pathSeparator))
			.map((folder) -> Path.of(folder, program))
			.filter(Files::isExecutable)
			.findFirst();
	}

	void open(String url) {
		this.driver.get(url);
	}

	void size(int width, int height) {
		this.driver.manage().window().setSize(new Dimension(width, height));
	}

	/** Makes it prefer light or dark pages. */
	void scheme(String scheme) {
		this.driver.executeCdpCommand("Emulation.setEmulatedMedia",
				Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
	}

	String text(String id) {
		return element(id).getText();
	}

	/** A count as the page shows it. */
	long number(String id) {
		return Long.parseLong(text(id).replace(",", ""));
	}

	String attribute(String id, String name) {
		return Objects.requireNonNullElse(element(id).getDomAttribute(name), "");
	}

	void await(String id, Duration limit, Predicate<String> wanted) {
		try {
			Eventually.within(limit, () -> wanted.test(text(id)));
		}
		catch (RuntimeException ex) {
			throw new IllegalStateException(id + " reads: " + text(id), ex);
		}
	}

	void awaitNumber(String id, long value) {
		await(id, Duration.ofSeconds(20), (text) -> text.replace(",", "").equals(String.valueOf(value)));
	}

	/** Replaces the text of a field. */
	void type(String id, String text) {
		WebElement field = element(id);
		field.clear();
		field.sendKeys(text);
	}

	/** Goes on with the keyboard alone. */
	void press(CharSequence... keys) {
		new Actions(this.driver).sendKeys(String.join("", keys)).perform();
	}

	void tab() {
		press(Keys.TAB);
	}

	void enter() {
		press(Keys.ENTER);
	}

	/** The id of what has the focus. */
	String focused() {
		return String.valueOf(run("return document.activeElement.id || document.activeElement.textContent"));
	}

	void click(String id) {
		element(id).click();
	}

	/** The result of a function's body. */
	Object run(String script) {
		return Objects.requireNonNull(this.driver.executeScript(script), script);
	}

	/** What the page complained of since the last call. */
	List<String> complaints() {
		return this.driver.manage()
			.logs()
			.get(LogType.BROWSER)
			.getAll()
			.stream()
			.filter((entry) -> entry.getLevel().intValue() >= Level.WARNING.intValue())
			.map((entry) -> entry.getMessage())
			.toList();
	}

	/** Keeps a picture of what can be seen, for people. */
	void screenshot(String name) {
		try {
			Files.createDirectories(SCREENSHOTS);
			Files.write(SCREENSHOTS.resolve(name + ".png"), this.driver.getScreenshotAs(OutputType.BYTES));
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private WebElement element(String id) {
		return this.driver.findElement(By.id(id));
	}

	@Override
	public void close() {
		this.driver.quit();
	}

}
