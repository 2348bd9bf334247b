"""One measurement: wrk against one server, or strace of one server under wrk."""

import json
import os
import resource
import signal
import subprocess
import time
from dataclasses import dataclass

from processes import Server, busy

HERE = os.path.dirname(os.path.abspath(__file__))


@dataclass
class Sample:
    rate: float  # answered requests per second
    cpu: float  # of the server, microseconds per request
    p50: float  # microseconds
    p99: float
    p999: float
    switches: float  # context switches of the server per request, both kinds
    resident: float  # MiB, after the run
    failed: int  # refused, timed out, or answered with another status than 2xx and 3xx
    foreign: float  # share of the cores' time that went to neither server, load nor upstream


def tag(serial: int) -> str:
    """Six letters that no earlier run has used, so that no event is asked for twice."""
    return "".join(chr(ord("a") + serial // 26**place % 26) for place in range(6))


def wrk(server: Server, route: str, connections: int, seconds: float, core: int, serial: int) -> dict:
    command = [
        "setpriv", "--pdeathsig", "TERM", "taskset", "-c", str(core),
        "wrk", "-t", "1", "-c", str(connections), "-d", str(seconds), "--timeout", "10s", "-s", os.path.join(HERE, "load.lua"),
        server.secure_origin + "/health" if route == "tls" else f"http://127.0.0.1:{server.port}/health",
        "--", route, tag(serial)]
    output = subprocess.run(command, check=True, capture_output=True, text=True, timeout=seconds + 30).stdout
    return json.loads(output.splitlines()[-1])


def sample(server: Server, upstream: Server, route: str, connections: int, seconds: int,
           cores: list[int], serial: int) -> Sample:
    def ours() -> float:
        own = resource.getrusage(resource.RUSAGE_SELF)
        load = resource.getrusage(resource.RUSAGE_CHILDREN)
        return upstream.cpu() + own.ru_utime + own.ru_stime + load.ru_utime + load.ru_stime

    switches = server.switches()
    start, used, others, all_busy = time.monotonic(), server.cpu(), ours(), busy(cores)
    result = wrk(server, route, connections, seconds, cores[1], serial)
    used, others, all_busy = server.cpu() - used, ours() - others, busy(cores) - all_busy
    elapsed = time.monotonic() - start
    switches = server.switches() - switches

    resident = server.resident()
    server.settle()
    # An access log of some 100 MB per run is written, not kept.
    os.truncate(server.log, 0)
    requests = result["requests"]
    if requests == 0:
        raise RuntimeError(f"{server.name} answered nothing ({route}, {connections} connections)")
    return Sample(
        rate=requests / result["seconds"], cpu=used / requests * 1e6, p50=result["p50"], p99=result["p99"],
        p999=result["p999"], switches=switches / requests, resident=resident, failed=result["failed"],
        foreign=max(0.0, all_busy - used - others) / elapsed / len(cores))


def system_calls(server: Server, route: str, connections: int, core: int, folder: str, serial: int) -> float:
    """System calls of the server per request."""
    report = os.path.join(folder, "strace.txt")
    targets = [word for member in server.ids() for word in ("-p", str(member))]
    strace = subprocess.Popen(
        ["strace", "-f", "-c", "-U", "calls,name", "-o", report, *targets],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        while not all(traced(member) for member in server.ids()):
            if strace.poll() is not None:
                raise RuntimeError(f"strace: {strace.stderr.read().strip()}")
            time.sleep(0.01)
        requests = wrk(server, route, connections, 2, core, serial)["requests"]
    finally:
        strace.send_signal(signal.SIGINT)
        strace.communicate(timeout=10)
    with open(report) as lines:
        total = next(int(line.split()[0]) for line in lines if line.split()[-1:] == ["total"])
    server.settle()
    return total / requests


def allocations(server: Server, counter: str, route: str, connections: int, core: int, serial: int) -> float:
    """Allocations per request of a server that runs with mallocs.so."""
    def count() -> int:
        with open(counter, "rb") as file:
            return int.from_bytes(file.read(8), "little")

    wrk(server, route, connections, 1, core, serial)  # what is made once must not count
    server.settle()
    before = count()
    requests = wrk(server, route, connections, 1, core, serial + 1)["requests"]
    server.settle()
    return (count() - before) / requests


def traced(process: int) -> bool:
    for thread in os.listdir(f"/proc/{process}/task"):
        with open(f"/proc/{process}/task/{thread}/status") as status:
            if any(line.split() == ["TracerPid:", "0"] for line in status):
                return False
    return True
