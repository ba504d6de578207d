# What the benchmarks share: a broker of their own, services in containers, load, CPU per message, and
# the proof that nothing was lost. Sourced, not run. Needs Docker, curl, git and Python 3; load that
# the scripts make by wrk needs wrk.
#
# Everything runs on the network of this machine: Docker's port proxy would cost CPU of its own.
# shellcheck shell=bash disable=SC2016 # backquotes in text are Markdown

# A failure inside $(...) is one outside too.
shopt -s inherit_errexit
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit
work=$(mktemp -d)
prefix=waybill-bench-$$
# Downloads and what a failed run leaves; under a name that git ignores.
kept=$PWD/benchmarks/target
jre=eclipse-temurin:25-jre
broker_image=rabbitmq:4.3-management
# As the Dockerfiles set them.
jvm_flags=(-Xmx256m -XX:+UseSerialGC)
started=()

fail() {
  printf '%s: %s\n' "$0" "$*" >&2
  exit 1
}

wrong_option() { # sentence
  printf '%s: %s\n' "$0" "$*" >&2
  exit 2
}

# The comment at the head of the script, and the end of it.
show_usage() {
  sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "benchmarks/${0##*/}"
  exit
}

say() { printf '%s\n' "$*" >&2; }

cleanup() {
  local status=$? container containers
  trap - EXIT
  set +e
  mapfile -t containers < <(docker ps --all --format '{{.Names}}' --filter "name=^$prefix-" 2>/dev/null)
  if [ "$status" != 0 ] && [ "$status" != 2 ]; then
    for container in "${containers[@]}"; do docker logs "$container" >"$work/$container.log" 2>&1; done
    rm -rf "$kept/failed"
    mkdir -p "$kept/failed"
    # The files of the run, not its jars.
    find "$work" -maxdepth 1 -type f -exec cp {} "$kept/failed" \; && say "The logs are in benchmarks/target/failed."
  fi
  [ "${#started[@]}" = 0 ] || kill "${started[@]}" 2>/dev/null
  [ "${#containers[@]}" = 0 ] || docker rm --force --volumes "${containers[@]}" >/dev/null 2>&1
  [ ! -d "$work/worktree" ] || git worktree remove --force "$work/worktree" >/dev/null 2>&1
  rm -rf "$work"
  exit "$status"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

# --- options ---

whole_number() { # option, value, least, most
  if ! [[ $2 =~ ^[0-9]{1,9}$ ]] || [ "$((10#$2))" -lt "$3" ] || [ "$((10#$2))" -gt "$4" ]; then
    wrong_option "$1 must be a whole number from $3 to $4, and is \"$2\"."
  fi
  printf '%s\n' "$((10#$2))"
}

needs() { # programs
  local program
  for program in "$@"; do
    command -v "$program" >/dev/null || fail "$program is not installed, and this needs it."
  done
  docker info >/dev/null 2>&1 || fail 'Docker does not answer, and this needs a broker of its own: start it, or install it.'
}

# --- small things ---

eventually() { # seconds, what, command...
  local end=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" >"$work/eventually.log" 2>&1; do
    [ "$SECONDS" -lt "$end" ] || fail "Not within the time given: $what."
    sleep 0.2
  done
}

free_ports() { # how many
  /usr/bin/python3 - "$1" <<'PYTHON'
import socket, sys
sockets = [socket.socket() for _ in range(int(sys.argv[1]))]
for each in sockets:
    each.bind(("127.0.0.1", 0))
print(*(each.getsockname()[1] for each in sockets))
PYTHON
}

get() { curl --silent --show-error --fail --max-time 30 "$@"; }

# --- jars ---

build_jars() { # folder of a checkout, folder for the jars, more modules by name; not built again where "built" is set
  local folder=$1 into=$2 name jars
  shift 2
  local names=(producer-service consumer-service "$@")
  if [ -z "${built:-}" ]; then
    say 'Building the jars.'
    (cd "$folder" && ./mvnw -B -ntp -q package -Dmaven.test.skip=true -pl "$(printf ':%s\n' "${names[@]}" | paste -s -d ,)" -am) >&2
  fi
  mkdir -p "$into"
  for name in "${names[@]}"; do
    # Where there are two, the executable one has the classifier.
    mapfile -t jars < <(find "$folder" -path "*/target/$name-*-exec.jar")
    [ "${#jars[@]}" != 0 ] || mapfile -t jars < <(find "$folder" -path "*/$name/target/$name-*.jar")
    [ "${#jars[@]}" != 0 ] || fail "There is no jar of $name: leave --built out."
    cp "${jars[0]}" "$into/${name%-service}.jar"
  done
}

# --- the broker ---

start_broker() {
  local ports
  read -r -a ports < <(free_ports 5)
  amqp=${ports[0]} management=${ports[1]}
  cat >"$work/broker.conf" <<CONF
listeners.tcp.1 = 127.0.0.1:$amqp
management.tcp.ip = 127.0.0.1
management.tcp.port = $management
prometheus.tcp.ip = 127.0.0.1
prometheus.tcp.port = ${ports[2]}
distribution.listener.port_range.min = ${ports[3]}
distribution.listener.port_range.max = ${ports[3]}
CONF
  chmod 644 "$work/broker.conf" && chmod 755 "$work"
  docker run --detach --network host --name "$prefix-broker" --env RABBITMQ_NODENAME="bench$$@localhost" \
    --env ERL_EPMD_PORT="${ports[4]}" --volume "$work/broker.conf:/etc/rabbitmq/conf.d/90-benchmark.conf:ro" \
    "$broker_image" >"$work/broker.id"
  eventually 120 'the broker is up' manage /aliveness-test/%2F
  : "$amqp"
}

manage() { # path, more for curl: the management API
  local path=$1
  shift
  get --user guest:guest --header 'Content-Type: application/json' "$@" "http://127.0.0.1:$management/api$path"
}

virtual_host() { # name
  manage "/vhosts/$1" --request PUT
  manage "/permissions/$1/guest" --request PUT --data '{"configure":".*","write":".*","read":".*"}'
}

broker_uri() { printf 'amqp://guest:guest@127.0.0.1:%s/%s' "$amqp" "$1"; }

# The management API is seconds late; this is not.
queue_depth() { # virtual host, queue
  docker exec "$prefix-broker" rabbitmqctl --quiet --no-table-headers list_queues --vhost "$1" name messages |
    awk -v queue="$2" '$1 == queue { print $2 }'
}

# --- services ---

service() { # name of the container, virtual host, jar, port, arguments
  local name=$prefix-$1 virtual_host=$2 jar=$3 port=$4
  shift 4
  docker run --detach --network host --name "$name" --volume "$work:/work" "$jre" \
    java "${jvm_flags[@]}" -jar "/work/$jar" --spring.rabbitmq.addresses="$(broker_uri "$virtual_host")" \
    --server.address=127.0.0.1 --server.port="$port" "$@" >"$work/service.id"
}

producer() { # name, virtual host, port, arguments
  local name=$1 virtual_host=$2 port=$3
  shift 3
  service "$name" "$virtual_host" jars/producer.jar "$port" --waybill.instance="$name" --waybill.ledger.file=/tmp/ledger "$@"
  is_up "$port"
}

# A line of log for each message would be most of what a consumer does.
consumer() { # name, virtual host, port, arguments
  local name=$1 virtual_host=$2 port=$3
  shift 3
  service "$name" "$virtual_host" jars/consumer.jar "$port" --logging.level.dev.waybill.consumer=WARN "$@"
  is_up "$port"
}

is_up() { eventually 120 "the service on port $1 is ready" get "http://127.0.0.1:$1/actuator/health/readiness"; }

# --- what is measured ---

usage() { # name of a container, or the id of a process: microseconds of CPU so far
  if [[ $1 =~ ^[0-9]+$ ]]; then
    awk -v tick="$(getconf CLK_TCK)" '{ sub(/.*\) /, ""); printf "%.0f\n", ($12 + $13) * 1e6 / tick }' "/proc/$1/stat"
    return
  fi
  local id stat
  id=$(docker inspect --format '{{.Id}}' "$prefix-$1")
  stat=$(find /sys/fs/cgroup -path "*$id*/cpu.stat" -exec grep -l usage_usec {} + 2>/dev/null | sort | sed -n 1p)
  [ -n "$stat" ] || fail "No cpu.stat with usage_usec for the container $prefix-$1."
  awk '$1 == "usage_usec" { print $2 }' "$stat"
}

usages() { # names; "-" for what is not there
  local name
  for name in "$@"; do
    if [ "$name" = - ]; then echo 0; else usage "$name"; fi
  done | paste -s -d ' '
}

# Prints messages, seconds, and the CPU-µs of each of the three.
costs() { # messages, seconds, usages before, usages after
  local before after
  read -r -a before <<<"$3"
  read -r -a after <<<"$4"
  printf '%s %s %s %s %s\n' "$1" "$2" "$((after[0] - before[0]))" "$((after[1] - before[1]))" "$((after[2] - before[2]))"
}

count() { # port, series
  get "http://127.0.0.1:$1/actuator/prometheus" |
    awk -v series="$2" 'index($0, series) == 1 { sum += $NF } END { printf "%.0f\n", sum }'
}

processed() { count "$1" 'waybill_process_seconds_count{outcome="processed"'; } # port of a consumer

# accepted, rejected, unknown, in flight, processed, dead-lettered, pending, lost, unaudited, unexpected
ledger() { # port of a producer
  get "http://127.0.0.1:$1/actuator/ledger" | /usr/bin/python3 -c '
import json, sys
totals = json.load(sys.stdin)["totals"]
print(*(totals[name] for name in "accepted rejected unknown inFlight processed deadLettered pending lost unaudited unexpected".split()))'
}

# --- load ---

# The same client for all: wrk with a script that counts what was answered.
load() { # file for the result, URL, connections, seconds; BATCH, SIZE, STATUS, OUTCOME, PAYLOAD as in post.lua
  wrk --threads 1 --connections "$3" --duration "${4}s" --timeout 10s --script benchmarks/post.lua "$2" >"$1.wrk" 2>&1 ||
    { cat "$1.wrk" >&2; fail "wrk failed against $2."; }
  awk '$1 == "answers" { print $2, $3, $4, $5 }' "$1.wrk" >"$1"
  [ -s "$1" ] || { cat "$1.wrk" >&2; fail "wrk counted nothing at $2."; }
}

# The load generator has a proof of its own, and says no where that fails.
start_generator() { # port of the producer, more options
  local port=$1
  shift
  java -jar "$work/jars/load-generator.jar" --url "http://127.0.0.1:$port" "$@" >"$work/generator.log" 2>&1 &
  generator=$!
  started+=("$generator")
}

end_generator() {
  wait "$generator" || { cat "$work/generator.log" >&2; fail 'The load generator says that its run failed.'; }
  grep -E '^(sent|knee)=' "$work/generator.log"
}

generate() { # port of the producer, more options
  start_generator "$@"
  end_generator
}

# --- the proof ---

is_quiet() { # port of a producer
  local l
  read -r -a l < <(ledger "$1") && [ "${l[3]}" = 0 ]
}

is_settled() { # port of a producer
  local l
  read -r -a l < <(ledger "$1") && [ "${l[3]}" = 0 ] && [ "${l[6]}" = 0 ]
}

settle() { eventually 180 "everything accepted on port $1 is accounted for" is_settled "$1"; }

# Whatever the clients heard, ledger and consumer must agree with it; else the run is void.
prove() { # what ran, port of the producer, its virtual host, its ledger before, accepted by the word of the clients
  local what=$1 port=$2 virtual_host=$3 answered=$5 before after
  read -r -a before <<<"$4"
  settle "$port"
  read -r -a after < <(ledger "$port")
  local accepted=$((after[0] - before[0])) done=$((after[4] - before[4])) dead=$((after[5] - before[5]))
  [ "$answered" -gt 0 ] || fail "Void: $what: no client was answered that its message is accepted."
  [ "$accepted" -ge "$answered" ] || fail "Void: $what: $answered answers say accepted, the ledger knows of $accepted."
  [ "$done" -ge "$accepted" ] || fail "Void: $what: $accepted accepted, but $done processed."
  [ "$dead" = 0 ] || fail "Void: $what: $dead dead-lettered, and nothing here should be."
  [ "${after[7]}/${after[8]}/${after[9]}" = 0/0/0 ] ||
    fail "Void: $what: the ledger says ${after[7]} lost, ${after[8]} unaudited, ${after[9]} unexpected."
  prove_empty "$what" "$virtual_host"
  say "$what: $answered answered accepted, $accepted by the ledger, $done processed, 0 lost"
}

# In time: a client that has ended may have had requests under way.
prove_empty() { # what ran, virtual host
  eventually 60 "hello is empty after $1, and if it stays so the run is void" is_empty "$2"
}

is_empty() { [ "$(queue_depth "$1" hello)" = 0 ]; } # virtual host

has_processed() { [ "$(processed "$1")" -ge "$2" ]; } # port of a consumer, count

# --- the peer in Node ---

start_node_peer() { # port, virtual host
  if ! cmp -s benchmarks/peers/node/package-lock.json "$kept/node/package-lock.json" || [ ! -d "$kept/node/node_modules" ]; then
    say 'Fetching the libraries of the peer in Node.'
    rm -rf "$kept/node" && mkdir -p "$kept/node"
    cp benchmarks/peers/node/package*.json "$kept/node"
    (cd "$kept/node" && npm ci --no-audit --no-fund) >"$work/npm.log" 2>&1 || { cat "$work/npm.log" >&2; fail 'npm could not install the libraries of the peer in Node.'; }
  fi
  cp benchmarks/peers/node/server.js "$kept/node"
  NODE_ENV=production node "$kept/node/server.js" "$1" "$(broker_uri "$2")" >"$work/node.log" 2>&1 &
  node_pid=$!
  started+=("$node_pid")
  eventually 30 'the peer in Node serves' get --header 'Content-Type: application/json' --data '{}' "http://127.0.0.1:$1/messages"
}

# --- PerfTest ---

perf_test_options=(--quorum-queue -f persistent -s 256 -x 1 -y 1 -c 200 -q 500 -A 100)

prepare_perf_test() {
  if [ ! -d "$kept/perf-test" ]; then
    say 'Fetching PerfTest.'
    rm -rf "$kept/perf-test.part"
    ./mvnw -B -ntp -q -f benchmarks/peers/perf-test/pom.xml dependency:copy-dependencies -DoutputDirectory="$kept/perf-test.part" >&2
    mv "$kept/perf-test.part" "$kept/perf-test"
  fi
  virtual_host perf-test
}

perf_test_version() { find "$kept/perf-test" -name 'perf-test-*.jar' | sed 's/.*perf-test-\(.*\)\.jar/\1/'; }

start_perf_test() { # more options
  docker run --detach --network host --name "$prefix-perf-test" --volume "$kept/perf-test:/jars:ro" "$jre" \
    java -cp '/jars/*' com.rabbitmq.perf.PerfTest --uri "$(broker_uri perf-test)" --queue perf-test \
    "${perf_test_options[@]}" "$@" >"$work/perf-test.id"
}

# What was received: what it published and nobody took yet is not done.
perf_test_rates() { sed -n 's/.* received: \([0-9]*\) msg.*/\1/p'; }

perf_test_ran() { # so many seconds: it says a line in each
  docker logs "$prefix-perf-test" >"$work/perf-test.log" 2>&1
  [ "$(perf_test_rates <"$work/perf-test.log" | wc -l)" -ge "$1" ]
}

end_perf_test() {
  docker rm --force "$prefix-perf-test" >"$work/rm.log"
  manage /queues/perf-test/perf-test --request DELETE
}

# --- words about the run ---

# Tables that were written before change nothing that is measured.
commit() {
  if git diff --quiet HEAD -- . ':!docs'; then git rev-parse --short HEAD; else echo "$(git rev-parse --short HEAD)-dirty"; fi
}

conditions() { # what else to say
  printf 'Measured %s at commit %s on %s cores (%s). RabbitMQ %s, JDK %s, Spring Boot %s. Services at `%s`, all on one machine. %s\n' \
    "$(date -u +%Y-%m-%d)" "$(commit)" "$(nproc)" \
    "$(awk -F': ' '/^model name/ { print $2; exit }' /proc/cpuinfo)" \
    "$(manage /overview | /usr/bin/python3 -c 'import json, sys; print(json.load(sys.stdin)["rabbitmq_version"])')" \
    "$(docker run --rm "$jre" java -XshowSettings:properties -version 2>&1 | awk '$1 == "java.runtime.version" { print $3 }')" \
    "$(sed -n '/spring-boot-starter-parent/{n;s/.*<version>\(.*\)<.*/\1/p}' pom.xml)" "${jvm_flags[*]}" "$*"
}

write_down() { # name of the part of docs/performance.md, file
  /usr/bin/python3 - "$1" "$2" <<'PYTHON'
import pathlib, sys
name, text = sys.argv[1], pathlib.Path(sys.argv[2]).read_text().strip()
page = pathlib.Path("docs/performance.md")
begin, end = f"<!-- {name}: begin -->\n", f"<!-- {name}: end -->"
head, found, rest = page.read_text().partition(begin)
old, ended, tail = rest.partition(end)
if not found or not ended:
    sys.exit(f"docs/performance.md has no markers of the part {name}.")
page.write_text(head + begin + "\n" + text + "\n\n" + end + tail)
PYTHON
  say "Written to docs/performance.md."
}
