"""Compares the gateway with nginx and with FastAPI + httpx: bench.py BINARY FOLDER

All servers are up all the time, on the first core; load (wrk) and upstream share the second. In each
round every server has its turn, so that the machine's moods hit all alike. The host's speed drifts:
only ratios to nginx in the same round are worth quoting, and of those the CPU per request is the steadiest.

BENCH_SECONDS per measurement (3), BENCH_ROUNDS (3), BENCH_SERVERS (luma-mcp,nginx,fastapi),
BENCH_CONNECTIONS (1,64,512), SYSCALLS=1 for system calls per request.
"""

import json
import os
import resource
import signal
import sys
import time
from dataclasses import asdict

import report
from measure import HERE, sample, system_calls
from processes import Server, fetch, free_port

ROUTES = {"health": "GET /health", "events": "GET /events/{event_id}, passed on (2 KB)"}


def gateway(binary: str, folder: str, core: int, upstream: int) -> Server:
    port = free_port()
    return Server("luma-mcp", port, core, [binary, "serve"], folder, {
        "LUMA_HOST": "127.0.0.1", "LUMA_PORT": str(port), "LUMA_WORKERS": "1",
        "LUMA_BASE_URL": f"http://127.0.0.1:{upstream}", "LUMA_API_KEY": "bench",
        "LUMA_RATE_LIMIT_GET_REQUESTS": "1000000000", "LUMA_RATE_LIMIT_ADAPTIVE": "false",
        "LUMA_DATA_DIR": os.path.join(folder, "data"), "LUMA_LOG_FORMAT": "json"})


def nginx(folder: str, core: int, upstream: int) -> Server:
    port = free_port()
    os.makedirs(os.path.join(folder, "temporary"), exist_ok=True)
    with open(os.path.join(HERE, "nginx.conf.in")) as template:
        text = template.read()
    # As root, nginx would give its worker to a user that cannot see this folder.
    values = {"@USER@": "user root;" if os.getuid() == 0 else "", "@PORT@": str(port), "@UPSTREAM@": str(upstream)}
    for name, value in values.items():
        text = text.replace(name, value)
    with open(os.path.join(folder, "nginx.conf"), "w") as file:
        file.write(text)
    path = os.environ.get("PATH", "") + ":/usr/sbin"
    return Server("nginx", port, core, ["nginx", "-p", folder, "-e", "nginx-error.log", "-c", "nginx.conf"],
                  folder, {"PATH": path})


def fastapi(folder: str, core: int, upstream: int) -> Server:
    port = free_port()
    command = [
        sys.executable, "-B", "-m", "uvicorn", "--app-dir", HERE, "--host", "127.0.0.1", "--port", str(port),
        "--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning", "peer:app"]
    return Server("fastapi", port, core, command, folder, {"BENCH_UPSTREAM": f"http://127.0.0.1:{upstream}"})


def verify(server: Server, upstream: Server, event: object) -> None:
    """Both routes give the right answer, and the second really asks the upstream each time."""
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


def run(binary: str, folder: str, servers: list[Server]) -> None:
    seconds = int(os.environ.get("BENCH_SECONDS", "3"))
    rounds = int(os.environ.get("BENCH_ROUNDS", "3"))
    names = os.environ.get("BENCH_SERVERS", "luma-mcp,nginx,fastapi").split(",")
    connections = [int(word) for word in os.environ.get("BENCH_CONNECTIONS", "1,64,512").split(",")]
    cores = sorted(os.sched_getaffinity(0))[:2]
    if len(cores) < 2:
        raise RuntimeError("two cores are needed: one for the server, one for the load")

    # Time that is not wrk's (starting it, a loaded FastAPI that settles) is about a fifth; the alarm is for hangs.
    turns = rounds * len(names) * len(ROUTES) * len(connections)
    print(f"{turns} measurements of {seconds} s: about {turns * seconds * 1.2 / 60:.1f} minutes", flush=True)
    signal.alarm(int(turns * (seconds + 12)) + 120)

    upstream_port = free_port()
    event_file = os.path.join(HERE, "event.json")
    upstream = Server("upstream", upstream_port, cores[1],
                      [os.path.join(folder, "upstream"), str(upstream_port), event_file], folder, {})
    servers.append(upstream)
    upstream.wait("/count")
    with open(event_file) as file:
        event = json.load(file)

    start = {
        "luma-mcp": lambda: gateway(binary, folder, cores[0], upstream_port),
        "nginx": lambda: nginx(folder, cores[0], upstream_port),
        "fastapi": lambda: fastapi(folder, cores[0], upstream_port)}
    tested = []
    idle = {}
    for name in names:
        server = start[name]()
        servers.append(server)
        tested.append(server)
        server.wait("/health")
        verify(server, upstream, event)
        idle[name] = server.resident()

    serial = int(time.time()) % 26**4 * 26**2
    samples = {}
    for turn in range(rounds):
        order = tested[turn % len(tested):] + tested[:turn % len(tested)]
        for route in ROUTES:
            for count in connections:
                for server in order:
                    serial += 1
                    result = sample(server, upstream, route, count, seconds, cores, serial)
                    samples.setdefault((route, count), {}).setdefault(server.name, []).append(result)
        print(f"round {turn + 1} of {rounds} done", flush=True)

    for route, title in ROUTES.items():
        print(report.load(title, {count: samples[route, count] for count in connections}, names))
    print(report.memory({server.name: (server.first_answer, idle[server.name], server.resident()) for server in tested}))
    with open(os.path.join(folder, "results.json"), "w") as file:
        rows = [dict(route=route, connections=count, server=name, round=turn, **asdict(value))
                for (route, count), cell in samples.items() for name, values in cell.items()
                for turn, value in enumerate(values)]
        json.dump(rows, file, indent=1)

    if os.environ.get("SYSCALLS"):
        calls = {}
        for route in ROUTES:
            for count in (1, 64):
                for server in tested:
                    serial += 1
                    calls[route, count, server.name] = system_calls(server, route, count, cores[1], folder, serial)
        print(report.calls(ROUTES, calls, names))


def main() -> int:
    def interrupted(number, frame):
        raise RuntimeError(f"ended by {signal.Signals(number).name}")

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM):
        signal.signal(number, interrupted)
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard if hard != resource.RLIM_INFINITY else 65536, hard))
    servers: list[Server] = []
    try:
        run(sys.argv[1], sys.argv[2], servers)
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
