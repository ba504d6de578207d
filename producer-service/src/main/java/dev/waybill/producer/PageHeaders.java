package dev.waybill.producer;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/**
 * Decides what a page of ours, or of the Swagger UI, may load and who may frame it:
 * nothing from elsewhere, and nobody.
 */
final class PageHeaders implements WebMvcConfigurer {

	private static final String[] PAGES = { "/", "/index.html", "/live.css", "/live.js", "/webjars/uplot/**" };

	private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:;"
			+ " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

	/** Where it is, and where it is too, since it is a WebJar. */
	private static final String[] SWAGGER_UI = { "/swagger-ui.html", "/swagger-ui/**", "/webjars/swagger-ui/**" };

	/** It has pictures among its files, and writes styles into its page. */
	private static final String SWAGGER_UI_POLICY = POLICY.replace("img-src", "img-src 'self'")
		.replace("style-src", "style-src 'unsafe-inline'");

	@Override
	public void addInterceptors(InterceptorRegistry registry) {
		registry.addInterceptor(headers(POLICY)).addPathPatterns(PAGES);
		registry.addInterceptor(headers(SWAGGER_UI_POLICY)).addPathPatterns(SWAGGER_UI);
	}

	private static HandlerInterceptor headers(String policy) {
		return new HandlerInterceptor() {

			@Override
			public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
				response.setHeader("Content-Security-Policy", policy);
				response.setHeader("X-Content-Type-Options", "nosniff");
				response.setHeader("Referrer-Policy", "no-referrer");
				// What is cached is asked for again, so that a new version is seen at
				// once.
				response.setHeader("Cache-Control", "no-cache");
				return true;
			}

		};
	}

}
