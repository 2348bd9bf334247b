"""What tools from outside cost: a call of a plugin, a call that is forwarded, long lists of tools, and who hangs at the start."""

import json
import os
import shutil
import statistics
import subprocess
import sys
import time

from assistants import spread
from measure import HERE, wrk
from processes import Server, fetch

# Runs of a program in one measurement, and of a Python that is started for each call.
RUNS, SLOW_RUNS = 500, 25
# Documents of as many tools as one may have.
DOCUMENTS, TOOLS_EACH = 5, 200
STARTS = 9


def compare(bench, gateway) -> str:
    os.makedirs(os.path.join(bench.folder, "tools"), exist_ok=True)
    return "\n".join([
        "", "Tools from outside", plugins(bench, gateway), forwarded(bench, gateway), lists(bench, gateway), starts(bench, gateway)])


def folder(bench, name: str) -> str:
    """An empty one, which others cannot change."""
    path = os.path.join(bench.folder, "tools", name)
    shutil.rmtree(path, ignore_errors=True)
    os.makedirs(path, mode=0o700)
    return path


def write(path: str, text: str, mode: int = 0o600) -> None:
    with open(path, "w") as file:
        file.write(text)
    os.chmod(path, mode)


def await_tool(server: Server, name: str, seconds: float = 15) -> None:
    end = time.monotonic() + seconds
    while name.encode() not in fetch(server.port, "/tools/")[1]:
        if time.monotonic() > end:
            raise RuntimeError(f"{server.name} does not offer {name}:\n{server.tail()}")
        time.sleep(0.05)


def document(bench, name: str, tools: list[dict], **members) -> str:
    upstream = {"base": f"http://127.0.0.1:{bench.upstream.port}", "allow": {"loopback": True, "plain_http": True}}
    return json.dumps({"format": 1, "name": name, "upstream": upstream | members, "tools": tools})


# MARK: Plugins

def whole_cpu(server: Server) -> float:
    """Seconds of a server, and of the programs that it has started and that have ended."""
    with open(f"/proc/{server.process.pid}/stat") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return server.cpu() + (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")


def spawns(bench, count: int, *words: str) -> dict:
    """Seconds and CPU of one start, on the core of the servers."""
    output = subprocess.run(
        ["taskset", "-c", str(bench.cores[0]), os.path.join(bench.folder, "spawns"), str(count), *words],
        check=True, capture_output=True, text=True, timeout=120).stdout
    return {name: value / count for name, value in json.loads(output).items()}


def plugins(bench, gateway) -> str:
    """A call against the least that one costs, in turn. One connection: one call after another, as the starts are."""
    program = os.path.join(bench.folder, "echo")
    place = folder(bench, "plugins")
    shutil.copy(program, os.path.join(place, "echo"))
    script = os.path.join(folder(bench, "scripts"), "cli.py")
    shutil.copy(os.path.join(HERE, "echo_plugin.py"), script)
    server = bench.added(gateway(bench.binary, bench.folder, bench.cores[0], bench.upstream.port, "luma-mcp-plugins", {
        "LUMA_PLUGINS_DIR": place, "LUMA_DATA_DIR": folder(bench, "data-plugins")}))
    server.wait("/health")
    await_tool(server, "echo__say")
    cpu, wall, python = [], [], []
    for turn in range(2 * bench.rounds + 1):
        used = whole_cpu(server)
        done = wrk(server, "plugin", 1, bench.seconds, bench.cores[1], bench.next())
        used = (whole_cpu(server) - used) / done["requests"]
        least = spawns(bench, RUNS, program, "say", "--word=hello")
        slow = spawns(bench, SLOW_RUNS, sys.executable, script, "say", "--word=hello")
        if done["failed"]:
            raise RuntimeError(f"{done['failed']} calls of a plugin failed")
        # The first turn fills caches.
        if turn:
            cpu.append(used / least["cpu"])
            wall.append(done["seconds"] / done["requests"] / least["seconds"])
            python.append(slow["cpu"] / used)
    return (f"a call of a plugin takes {spread(cpu)} times the CPU of posix_spawn and waitpid of the same program (1.5 is allowed), "
            f"{spread(wall)} times the time;\n    a Python that is started for each call takes {spread(python)} times the CPU of "
            "a call of a plugin (20 are promised)")


# MARK: Forwarded calls

def forwarded(bench, gateway) -> str:
    """A tool that asks the upstream for an event, against the gateway's own tool for the same event, which is called in the same
    way, and against the read of one that is passed on as it comes."""
    place = folder(bench, "forwarders")
    write(os.path.join(place, "bench.json"), document(bench, "bench", [{
        "name": "bench_event", "description": "Gives an event.",
        "input": {"type": "object", "required": ["event_id"], "properties": {"event_id": {"type": "string"}}},
        "request": {"method": "GET", "path": "/v1/events/get", "query": {"event_id": {"$arg": "event_id"}}}}],
        headers={"x-luma-api-key": "bench"}, limits={"concurrency": 64}))
    server = bench.added(gateway(bench.binary, bench.folder, bench.cores[0], bench.upstream.port, "luma-mcp-forwarders", {
        "LUMA_FORWARDERS_DIR": place}))
    server.wait("/health")
    await_tool(server, "bench_event")
    routes = ("forwarded", "own", "events")
    ratios: dict[str, list[float]] = {"own": [], "events": []}
    for turn in range(2 * bench.rounds + 1):
        cpu = {}
        for route in routes:
            before = int(fetch(bench.upstream.port, "/count")[1])
            used = server.cpu()
            done = wrk(server, route, 64, bench.seconds, bench.cores[1], bench.next())
            server.settle()
            cpu[route] = (server.cpu() - used) / done["requests"]
            os.truncate(server.log, 0)
            # A tool that fails answers with 200 as well.
            asked = int(fetch(bench.upstream.port, "/count")[1]) - before
            if done["failed"] or asked < done["requests"]:
                raise RuntimeError(f"{done['requests']} requests ({route}) asked the upstream {asked} times, {done['failed']} failed")
        if turn:
            for route, values in ratios.items():
                values.append(cpu["forwarded"] / cpu[route])
    return (f"a forwarded call takes {spread(ratios['own'])} times the CPU of the gateway's own tool for the same event (1.15 is "
            f"allowed),\n    {spread(ratios['events'])} times that of GET /events/{{event_id}}, whose answer is not taken apart")


# MARK: Long lists

def many(bench, place: str) -> None:
    for number in range(DOCUMENTS):
        write(os.path.join(place, f"many{number}.json"), document(bench, f"many{number}", [{
            "name": f"many_{number}_{tool}", "description": "Finds what has a word in it, and says where that is.",
            "input": {"type": "object", "required": ["word"], "properties": {
                "word": {"type": "string", "minLength": 1}, "limit": {"type": "integer", "maximum": 50, "default": 10}}},
            "request": {"method": "GET", "path": "/notes", "query": {"q": {"$arg": "word"}, "limit": {"$arg": "limit"}}}}
            for tool in range(TOOLS_EACH)]))


def lists(bench, gateway) -> str:
    """CPU per octet of the lists of a thousand tools, against a long answer that is kept as it is sent."""
    place = folder(bench, "many")
    many(bench, place)
    server = bench.added(gateway(bench.binary, bench.folder, bench.cores[0], bench.upstream.port, "luma-mcp-many", {
        "LUMA_FORWARDERS_DIR": place}))
    server.wait("/health")
    await_tool(server, f"many_{DOCUMENTS - 1}_{TOOLS_EACH - 1}")
    ratios = {"list": [], "list-rest": []}
    octets = {}
    for turn in range(2 * bench.rounds + 1):
        cost = {}
        for route in ("openapi", "list", "list-rest"):
            used = server.cpu()
            done = wrk(server, route, 4, bench.seconds, bench.cores[1], bench.next())
            cost[route] = (server.cpu() - used) / done["octets"]
            octets[route] = done["octets"] / done["requests"]
            server.settle()
        if turn:
            for route, values in ratios.items():
                values.append(cost[route] / cost["openapi"])
    return (f"of {DOCUMENTS * TOOLS_EACH} tools, an octet of tools/list takes {spread(ratios['list'])} times the CPU of one of "
            f"/openapi.json, of GET /tools/ {spread(ratios['list-rest'])} times (2 are allowed; "
            f"{octets['list'] / 1e3:.0f}, {octets['list-rest'] / 1e3:.0f} and {octets['openapi'] / 1e3:.0f} kB)")


# MARK: Starts

def starts(bench, gateway) -> str:
    """To the first answer: without tools from outside, with many, and with a plugin that hangs when it is asked what it does."""
    crowd, stuck = folder(bench, "start-many"), folder(bench, "start-stuck")
    many(bench, crowd)
    write(os.path.join(stuck, "stuck.sh"), "#!/bin/sh\nexec sleep 600\n", 0o700)
    kinds = {"plain": {}, "many": {"LUMA_FORWARDERS_DIR": crowd}, "stuck": {"LUMA_PLUGINS_DIR": stuck}}
    times = {kind: [] for kind in kinds}
    listed = []
    for turn in range(STARTS + 1):
        for kind, settings in kinds.items():
            server = gateway(bench.binary, bench.folder, bench.cores[0], bench.upstream.port, "luma-mcp-tools-start", {
                "LUMA_DATA_DIR": folder(bench, "data-start"), **settings})
            try:
                server.wait("/health")
                first = server.first_answer
                if kind == "stuck":
                    begun = time.monotonic()
                    fetch(server.port, "/tools/")
                    listed.append(time.monotonic() - begun)
            finally:
                server.stop()
            # The first turn reads what is on the disk.
            if turn:
                times[kind].append(first * 1e3)
    more = {kind: [one - plain for one, plain in zip(times[kind], times["plain"])] for kind in times}
    hundreds = DOCUMENTS * TOOLS_EACH / 100
    return (f"start to the first 200: {statistics.median(more['many']) / hundreds:.1f} ms more for each hundred forwarded tools "
            f"(5 are allowed), {statistics.median(more['stuck']):.0f} ms more with a plugin that hangs when it is asked what it does, "
            f"whose gateway lists its tools within {max(listed) * 1e3:.0f} ms")
