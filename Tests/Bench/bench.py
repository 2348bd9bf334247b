"""Compares the gateway with nginx, Go's net/http and FastAPI + httpx: bench.py BINARY FOLDER

All servers are up all the time, on the first core; load (wrk) and upstream share the second. In each round every server
has its turn, so that the machine's moods hit all alike. The host's speed drifts: only ratios to nginx in the same round
are worth quoting, and of those the CPU per request is the steadiest. docs/performance.md says how to read the tables.

BENCH_SECONDS per measurement (2), BENCH_ROUNDS (3), BENCH_SERVERS (luma-mcp,nginx,go,fastapi), BENCH_CELLS (all; such as
health:64,events:512), BENCH_ASSISTANTS=0 to leave out MCP, BENCH_HANDSHAKES=0 new TLS connections to the upstream,
BENCH_TOOLS=0 plugins, forwarded calls and long lists of tools, BENCH_SCALING=0 more loops, idle connections and starts,
BENCH_COUNTS=0 what is counted: system calls and allocations per request.
"""

import json
import os
import resource
import shutil
import signal
import sys
import time
from dataclasses import asdict

import assistants
import handshakes
import report
import scaling
import tools
from measure import HERE, allocations, sample, system_calls, wrk
from processes import Server, fetch, free_port

ROUTES = {
    "health": "GET /health",
    "tls": "GET /health over TLS, connections kept",
    "pipelined": "GET /health, pipelined x 16 (latencies are those of sixteen)",
    "templates": "GET /templates/ (2 KB, made here)",
    "cached": "GET /events/{event_id}, always the same one (2 KB, one call to the upstream in five seconds)",
    "events": "GET /events/{event_id}, passed on (2 KB)",
    "slow": "GET /events/{event_id}, passed on to an upstream that takes 20 ms",
    "create": "POST /events/ (300 bytes, checked; Prefer: return=minimal), passed on"}
CELLS = [("health", 1), ("health", 64), ("health", 512), ("health", 10000), ("tls", 64), ("pipelined", 64), ("templates", 64),
         ("cached", 64), ("events", 1), ("events", 64), ("events", 512), ("slow", 256), ("create", 64)]
# What a secured server is called by, and its key: bench.sh makes them.
CERTIFICATE, KEY = "bench.cert", "bench.key"
# The slower peers tell nothing new at other numbers of connections.
EVERYWHERE = ("luma-mcp", "nginx")


def gateway(binary: str, folder: str, core: int | str, upstream: int, name: str = "luma-mcp",
            settings: dict[str, str] | None = None) -> Server:
    port = free_port()
    return Server(name, port, core, [binary, "serve"], folder, {
        "LUMA_HOST": "127.0.0.1", "LUMA_PORT": str(port), "LUMA_WORKERS": "1",
        "LUMA_BASE_URL": f"http://127.0.0.1:{upstream}", "LUMA_API_KEY": "bench",
        "LUMA_RATE_LIMIT_GET_REQUESTS": "1000000000", "LUMA_RATE_LIMIT_POST_REQUESTS": "1000000000",
        "LUMA_RATE_LIMIT_ADAPTIVE": "false", "LUMA_TEMPLATES_DIR": os.path.join(folder, "templates"),
        "LUMA_LOG_FORMAT": "json", "LUMA_CACHE_SECONDS": "0", "LUMA_MAX_CONNECTIONS": "12000"} | (settings or {}))


def nginx(folder: str, core: int, upstream: int) -> Server:
    port = free_port()
    os.makedirs(os.path.join(folder, "temporary"), exist_ok=True)
    with open(os.path.join(HERE, "nginx.conf.in")) as template:
        text = template.read()
    # As root, nginx would give its worker to a user that cannot see this folder.
    secure = free_port()
    values = {"@USER@": "user root;" if os.getuid() == 0 else "", "@PORT@": str(port), "@UPSTREAM@": str(upstream),
              "@FOLDER@": folder, "@SECURE@": str(secure)}
    for name, value in values.items():
        text = text.replace(name, value)
    with open(os.path.join(folder, "nginx.conf"), "w") as file:
        file.write(text)
    path = os.environ.get("PATH", "") + ":/usr/sbin"
    return Server("nginx", port, core, ["nginx", "-p", folder, "-e", "nginx-error.log", "-c", "nginx.conf"],
                  folder, {"PATH": path}, secure)


def peer(name: str, command: list[str], port: int, folder: str, core: int, upstream: int) -> Server:
    secure = free_port()
    return Server(name, port, core, command, folder, {
        "BENCH_UPSTREAM": f"http://127.0.0.1:{upstream}", "BENCH_PORT": str(port), "BENCH_SECURE_PORT": str(secure),
        "BENCH_CERTIFICATE": os.path.join(folder, CERTIFICATE), "BENCH_KEY": os.path.join(folder, KEY),
        "BENCH_TEMPLATES": os.path.join(folder, "templates.json")}, secure)


def go(folder: str, core: int, upstream: int) -> Server:
    return peer("go", [os.path.join(folder, "peer")], free_port(), folder, core, upstream)


def fastapi(folder: str, core: int, upstream: int) -> Server:
    port = free_port()
    command = [
        sys.executable, "-B", "-m", "uvicorn", "--app-dir", HERE, "--host", "127.0.0.1", "--port", str(port),
        "--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning", "peer:app"]
    return peer("fastapi", command, port, folder, core, upstream)


def long_template(folder: str) -> None:
    """A template that makes the list of templates 2 KB long."""
    templates = os.path.join(folder, "templates")
    shutil.rmtree(templates, ignore_errors=True)
    os.makedirs(templates)
    with open(os.path.join(templates, "long.json"), "w") as file:
        json.dump({"type": "long", "name": "Long", "description": "An evening with many words. " * 32,
                   "default_duration_hours": 2}, file)


def verify(server: Server, upstream: Server, event: object, templates: object) -> None:
    """Each route gives the right answer, and what is passed on really asks the upstream each time."""
    before = int(fetch(upstream.port, "/count")[1])
    for number in range(3):
        status, body = fetch(server.port, f"/events/evt-verify{number:09d}")
        if status != 200 or json.loads(body) != event:
            raise RuntimeError(f"{server.name} answers an event with {status}: {body[:200]!r}")
    calls = int(fetch(upstream.port, "/count")[1]) - before
    if calls != 3:
        raise RuntimeError(f"{server.name} asked the upstream {calls} times for 3 events")
    if fetch(server.port, "/health")[0] != 200:
        raise RuntimeError(f"{server.name} is not healthy")
    status, body = fetch(server.port, "/templates/")
    if status != 200 or json.loads(body) != templates:
        raise RuntimeError(f"{server.name} answers the templates with {status}: {body[:200]!r}")


class Bench:
    def __init__(self, binary: str, folder: str, servers: list[Server]):
        self.binary, self.folder, self.servers = binary, folder, servers
        self.seconds = int(os.environ.get("BENCH_SECONDS", "2"))
        self.rounds = int(os.environ.get("BENCH_ROUNDS", "3"))
        self.names = os.environ.get("BENCH_SERVERS", "luma-mcp,nginx,go,fastapi").split(",")
        if "go" in self.names and not os.access(os.path.join(folder, "peer"), os.X_OK):
            print("without Go: there is no compiler")
            self.names.remove("go")
        wanted = os.environ.get("BENCH_CELLS")
        self.cells = [cell for cell in CELLS if not wanted or f"{cell[0]}:{cell[1]}" in wanted.split(",")]
        self.cores = sorted(os.sched_getaffinity(0))[:2]
        if len(self.cores) < 2:
            raise RuntimeError("two cores are needed: one for the server, one for the load")
        self.serial = int(time.time()) % 26**4 * 26**2
        self.samples: dict = {}

    def next(self) -> int:
        self.serial += 2
        return self.serial

    def added(self, server: Server) -> Server:
        self.servers.append(server)
        return server

    def takes_part(self, name: str, cell: tuple[str, int]) -> bool:
        if cell[0] == "tls" and name == "fastapi":
            return False
        # The others keep nothing.
        if cell[0] == "cached":
            return name == "luma-mcp"
        return name in EVERYWHERE or (cell[1] == 64 and cell[0] != "pipelined")

    def run(self) -> None:
        # Time that is not wrk's (starting it, a loaded FastAPI that settles) is about a fifth; the alarm is for hangs.
        turns = self.rounds * sum(self.takes_part(name, cell) for name in self.names for cell in self.cells)
        print(f"{turns} measurements of {self.seconds} s: about {turns * self.seconds * 1.25 / 60 + 1:.1f} minutes", flush=True)
        signal.alarm(int(turns * (self.seconds + 12)) + 600)
        self.start()
        for turn in range(self.rounds):
            order = self.tested[turn % len(self.tested):] + self.tested[:turn % len(self.tested)]
            for cell in self.cells:
                for name in [server.name for server in order if self.takes_part(server.name, cell)]:
                    server = self.stand_ins.get((name, cell[0]), self.by_name[name])
                    result = sample(server, self.upstream, cell[0], cell[1], self.seconds, self.cores, self.next())
                    self.samples.setdefault(cell, {}).setdefault(name, []).append(result)
            print(f"round {turn + 1} of {self.rounds} done", flush=True)
        self.show()

    def start(self) -> None:
        port = free_port()
        event_file = os.path.join(HERE, "event.json")
        self.upstream = self.added(Server("upstream", port, self.cores[1], [
            os.path.join(self.folder, "upstream"), str(port), event_file], self.folder, {}))
        self.upstream.wait("/count")
        with open(event_file) as file:
            event = json.load(file)
        long_template(self.folder)
        # The gateway comes first, whatever is measured: the others give out its list of templates.
        first = self.added(gateway(self.binary, self.folder, self.cores[0], port))
        first.wait("/health")
        # At rest: a little after the start it gives back what only the start has needed.
        time.sleep(3)
        idle = {first.name: first.resident()}
        body = fetch(first.port, "/templates/")[1]
        with open(os.path.join(self.folder, "templates.json"), "wb") as file:
            file.write(body)
        start = {"nginx": nginx, "go": go, "fastapi": fastapi}
        self.tested = []
        for name in self.names:
            server = first if name == first.name else self.added(start[name](self.folder, self.cores[0], port))
            if server is not first:
                server.wait("/health")
            verify(server, self.upstream, event, json.loads(body))
            self.tested.append(server)
            idle.setdefault(name, server.resident())
        self.idle = idle
        self.by_name = {server.name: server for server in self.tested}
        # The bound on calls in flight, a setting, is also one on the rate when the upstream is slow.
        patient = self.added(gateway(self.binary, self.folder, self.cores[0], port, "luma-mcp-256",
                                     {"LUMA_UPSTREAM_CONNECTIONS": "256"}))
        patient.wait("/health")
        secured = self.added(gateway(self.binary, self.folder, self.cores[0], port, "luma-mcp-tls", {
            "LUMA_TLS_CERT": os.path.join(self.folder, CERTIFICATE), "LUMA_TLS_KEY": os.path.join(self.folder, KEY)}))
        secured.secure_port = secured.port
        secured.wait("/health")
        self.stand_ins = {("luma-mcp", "slow"): patient, ("luma-mcp", "tls"): secured}

    def show(self) -> None:
        for route, title in ROUTES.items():
            cells = {count: self.samples[kind, count] for kind, count in self.cells if kind == route}
            if cells:
                print(report.load(title, cells, self.names))
        compared = [server for server in self.tested if server.name in EVERYWHERE + ("go",)]
        print(report.added({server.name: self.latency(server) for server in compared}), flush=True)
        if os.environ.get("BENCH_ASSISTANTS") != "0":
            print(assistants.compare(self), flush=True)
        if os.environ.get("BENCH_HANDSHAKES") != "0":
            print(handshakes.compare(self, gateway), flush=True)
        if os.environ.get("BENCH_TOOLS") != "0":
            print(tools.compare(self, gateway), flush=True)
        if os.environ.get("BENCH_SCALING") != "0":
            print(scaling.compare(self, gateway), flush=True)
        print(report.memory({server.name: (server.first_answer, self.idle[server.name], server.resident())
                             for server in self.tested}), flush=True)
        with open(os.path.join(self.folder, "results.json"), "w") as file:
            rows = [dict(route=route, connections=count, server=name, round=turn, **asdict(value))
                    for (route, count), cell in self.samples.items() for name, values in cell.items()
                    for turn, value in enumerate(values)]
            json.dump(rows, file, indent=1)
        if os.environ.get("BENCH_COUNTS") != "0":
            self.count()

    def latency(self, server: Server) -> list[tuple[float, float]]:
        """Pairs of p50 through the server and p50 of the upstream itself, everything on the server's core."""
        self.upstream.pin(self.cores[0])
        try:
            pairs = []
            for _ in range(self.rounds):
                through = wrk(server, "events", 1, 1, self.cores[0], self.next())["p50"]
                pairs.append((through, wrk(self.upstream, "direct", 1, 1, self.cores[0], self.next())["p50"]))
            return pairs
        finally:
            self.upstream.pin(self.cores[1])

    def count(self) -> None:
        """What is the same on every machine: how often the kernel and the allocator are asked."""
        if shutil.which("strace"):
            calls = {}
            for route in ("health", "events", "create"):
                for count in (1, 64):
                    for server in (server for server in self.tested if server.name in EVERYWHERE):
                        calls[ROUTES[route], count, server.name] = system_calls(
                            server, route, count, self.cores[1], self.folder, self.next())
            print(report.counts("System calls per request", calls), flush=True)
        counter = os.path.join(self.folder, "mallocs.count")
        with open(counter, "wb") as file:
            file.write(bytes(8))
        counted = self.added(gateway(self.binary, self.folder, self.cores[0], self.upstream.port, "luma-mcp-mallocs", {
            "LD_PRELOAD": os.path.join(self.folder, "mallocs.so"), "BENCH_MALLOCS": counter}))
        counted.wait("/health")
        values = {(ROUTES[route], count, "luma-mcp"): allocations(
            counted, counter, route, count, self.cores[1], self.next())
            for route in ("health", "pipelined", "templates", "cached", "events", "create") for count in (1, 64)}
        print(report.counts("Allocations per request (libraries included)", values))


def main() -> int:
    def interrupted(number, frame):
        raise RuntimeError(f"ended by {signal.Signals(number).name}")

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM):
        signal.signal(number, interrupted)
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard if hard != resource.RLIM_INFINITY else 65536, hard))
    servers: list[Server] = []
    try:
        Bench(sys.argv[1], sys.argv[2], servers).run()
        return 0
    except RuntimeError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    finally:
        # A second Ctrl-C must not leave a server behind.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM):
            signal.signal(number, signal.SIG_IGN)
        for server in reversed(servers):
            server.stop()


if __name__ == "__main__":
    sys.exit(main())
