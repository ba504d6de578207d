package dev.waybill.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

import org.springframework.core.SmartClassLoader;
import org.springframework.util.ClassUtils;

/**
 * Shows a service the class path that it has on its own: all of ours, less the places of
 * what is not its.
 * <p>
 * Both services carry an {@code application.properties}, a {@code build-info.properties}
 * and auto-configuration that would find each other, and the broker brings libraries by
 * which Spring Boot could be led to configure something. Classes are still defined once,
 * by the parent, which the second service need not do again.
 */
final class ServiceClassLoader extends ClassLoader implements SmartClassLoader {

	static {
		registerAsParallelCapable();
	}

	private final List<String> hiddenPackages;

	private final List<String> hiddenPlaces;

	/**
	 * Hides, for each of the classes, its package with all below it, and all else that is
	 * in the same jar or directory.
	 */
	ServiceClassLoader(ClassLoader parent, Collection<Class<?>> hidden) {
		super(parent);
		this.hiddenPackages = hidden.stream().map((type) -> type.getPackageName() + ".").toList();
		this.hiddenPlaces = hidden.stream().map(ServiceClassLoader::place).toList();
	}

	/** Generated subclasses must be next to the package-private classes they extend. */
	@Override
	public ClassLoader getOriginalClassLoader() {
		return getParent();
	}

	@Override
	protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
		if (this.hiddenPackages.stream().anyMatch(name::startsWith)) {
			throw new ClassNotFoundException(name);
		}
		return getParent().loadClass(name);
	}

	@Override
	public @Nullable URL getResource(String name) {
		URL first = getParent().getResource(name);
		if (first == null || isVisible(first)) {
			return first;
		}
		try {
			List<URL> visible = visible(name);
			return visible.isEmpty() ? null : visible.get(0);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Override
	public java.util.Enumeration<URL> getResources(String name) throws IOException {
		return Collections.enumeration(visible(name));
	}

	private List<URL> visible(String name) throws IOException {
		return Collections.list(getParent().getResources(name)).stream().filter(this::isVisible).toList();
	}

	private boolean isVisible(URL url) {
		return this.hiddenPlaces.stream().noneMatch(url.toString()::startsWith);
	}

	private static String place(Class<?> type) {
		URL url = Objects.requireNonNull(type.getResource(ClassUtils.getClassFileName(type)), type::getName);
		String path = url.toString();
		return path.substring(0, path.length() - ClassUtils.classPackageAsResourcePath(type).length()
				- ClassUtils.getClassFileName(type).length() - 1);
	}

}
