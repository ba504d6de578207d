package dev.waybill.observability;

import java.nio.file.Path;
import java.time.Duration;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.model.AccessMode;
import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.Volume;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.startupcheck.StartupCheckStrategy;
import org.testcontainers.utility.DockerImageName;

/**
 * Runs the promtool of the Prometheus that {@code docker-compose.yml} names on the files
 * of this folder, which it can read and not write, without a network.
 */
final class Promtool {

	/** Where it finds this folder. */
	static final String FOLDER = "/observability";

	private static final Duration LIMIT = Duration.ofMinutes(2);

	private Promtool() {
	}

	static Ran run(String... arguments) {
		try (GenericContainer<?> container = new GenericContainer<>(image())) {
			container.withCommand(arguments)
				.withCreateContainerCmdModifier(Promtool::confine)
				.withStartupCheckStrategy(new Ended().withTimeout(LIMIT))
				.start();
			Long status = container.getCurrentContainerInfo().getState().getExitCodeLong();
			return new Ran((status != null) ? status : -1, container.getLogs());
		}
	}

	private static DockerImageName image() {
		String image = YamlFiles.read(Path.of("..", "docker-compose.yml")).read("$.services.prometheus.image");
		return DockerImageName.parse(image);
	}

	private static void confine(CreateContainerCmd create) {
		Bind folder = new Bind(Path.of("").toAbsolutePath().toString(), new Volume(FOLDER), AccessMode.ro);
		create.withEntrypoint("promtool")
			.withHostConfig(HostConfig.newHostConfig().withNetworkMode("none").withBinds(folder));
	}

	/**
	 * What came of a run.
	 *
	 * @param status its exit status
	 * @param output all that it printed
	 */
	record Ran(long status, String output) {
	}

	/** The container counts as started when it has ended, however that was. */
	private static final class Ended extends StartupCheckStrategy {

		@Override
		public StartupStatus checkStartupState(DockerClient docker, String id) {
			return "exited".equals(getCurrentState(docker, id).getStatus()) ? StartupStatus.SUCCESSFUL
					: StartupStatus.NOT_YET_KNOWN;
		}

	}

}
