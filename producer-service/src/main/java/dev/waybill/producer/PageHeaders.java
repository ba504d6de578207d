package dev.waybill.producer;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** Decides what a page of ours may load and who may frame it: nothing and nobody else. */
final class PageHeaders implements HandlerInterceptor, WebMvcConfigurer {

	private static final String[] PAGES = { "/", "/index.html", "/live.css", "/live.js", "/webjars/uplot/**" };

	private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:;"
			+ " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

	@Override
	public void addInterceptors(InterceptorRegistry registry) {
		registry.addInterceptor(this).addPathPatterns(PAGES);
	}

	@Override
	public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
		response.setHeader("Content-Security-Policy", POLICY);
		response.setHeader("X-Content-Type-Options", "nosniff");
		response.setHeader("Referrer-Policy", "no-referrer");
		// What is cached is asked for again, so that a new version is seen at once.
		response.setHeader("Cache-Control", "no-cache");
		return true;
	}

}
