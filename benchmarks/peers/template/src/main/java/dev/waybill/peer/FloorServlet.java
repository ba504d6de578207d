package dev.waybill.peer;

import java.io.IOException;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

/** Does nothing: the most that HTTP alone allows. */
class FloorServlet extends HttpServlet {

	private static final long serialVersionUID = 1;

	@Override
	protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
		request.getInputStream().readAllBytes();
		response.setStatus(HttpServletResponse.SC_ACCEPTED);
	}

}
