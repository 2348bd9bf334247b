"""What assistants cost: a call of a tool, against the gateway's own /health and FastMCP, and streams that stay open."""

import math
import os
import select
import socket
import statistics
import sys

from measure import HERE, Sample, sample, wrk
from processes import Server, free_port

STREAMS = 1000
# Pairs of rounds with and without the streams: one says nothing about a p99.
STREAM_ROUNDS = 5


def fastmcp(folder: str, core: int) -> Server:
    port = free_port()
    command = [
        sys.executable, "-B", "-m", "uvicorn", "--app-dir", HERE, "--host", "127.0.0.1", "--port", str(port),
        "--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning", "peer_mcp:app"]
    return Server("fastmcp", port, core, command, folder, {"BENCH_TEMPLATES": os.path.join(folder, "templates.json")})


def await_port(server: Server) -> None:
    for _ in range(300):
        try:
            return socket.create_connection(("127.0.0.1", server.port)).close()
        except OSError:
            select.select([], [], [], 0.1)
    raise RuntimeError(f"{server.name} does not listen:\n{server.tail()}")


def open_streams(port: int, count: int) -> list[socket.socket]:
    """Streams of the old transport; each has sent its first event."""
    streams = []
    for _ in range(count):
        stream = socket.create_connection(("127.0.0.1", port), timeout=10)
        stream.sendall(b"GET /sse HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n\r\n")
        streams.append(stream)
    for stream in streams:
        heard = b""
        while b"session_id=" not in heard:
            part = stream.recv(4096)
            if not part:
                raise RuntimeError("a stream was refused")
            heard += part
    return streams


def compare(bench) -> str:
    """Measures and gives a table; in each round every kind has its turn."""
    gateway = bench.by_name["luma-mcp"]
    peer = bench.added(fastmcp(bench.folder, bench.cores[0]))
    await_port(peer)
    samples: dict[str, list[Sample]] = {"health": [], "tool": [], "peer": []}
    for _ in range(bench.rounds):
        for name, server, route in ("health", gateway, "health"), ("tool", gateway, "tool"), ("peer", peer, "tool"):
            samples[name].append(sample(server, bench.upstream, route, 64, bench.seconds, bench.cores, bench.next()))

    def ratio(name: str, figure) -> float:
        return statistics.median(figure(a) / figure(b) for a, b in zip(samples["tool"], samples[name]))

    titles = {"health": "GET /health", "tool": "tools/call list_templates", "peer": "the same by FastMCP"}
    lines = ["", "Assistants, 64 connections", f"{'':28}{'req/s':>10}{'CPU us':>9}{'p99 us':>9}{'failed':>8}{'other load':>12}"]
    for name, title in titles.items():
        best = sorted(samples[name], key=lambda one: one.rate)[len(samples[name]) // 2]
        lines.append(f"{title:28}{best.rate:10.0f}{best.cpu:9.1f}{best.p99:9.0f}{best.failed:8d}{best.foreign:12.0%}")
    lines.append(
        f"a call against /health: {ratio('health', lambda one: one.rate):.2f} in rate (0.5 is promised), "
        f"{1 / ratio('health', lambda one: one.cpu):.2f} in CPU; against FastMCP: {ratio('peer', lambda one: one.rate):.0f} x (20)")
    return "\n".join(lines + streams(bench, gateway))


def streams(bench, gateway: Server) -> list[str]:
    """What open streams cost in memory, and whether they are felt: rounds with and without them in turn, A B A B A.

    Each round with them is judged by the two around it, so that what drifts on the machine cancels out. How far two rounds
    without them are from each other is the noise that the ratio has to be compared with.
    """
    def p99() -> float:
        return wrk(gateway, "health", 64, bench.seconds, bench.cores[1], bench.next())["p99"]

    p99()  # the first connections make the gateway grow; that is not the streams' doing
    before, grown = gateway.resident(), 0.0
    alone, beside = [p99()], []
    for _ in range(max(bench.rounds, STREAM_ROUNDS)):
        held = open_streams(gateway.port, STREAMS)
        grown = max(grown, gateway.resident() - before)
        try:
            beside.append(p99())
        finally:
            for stream in held:
                stream.close()
        gateway.settle()
        alone.append(p99())
    felt = ratios(beside, [math.sqrt(left * right) for left, right in zip(alone, alone[1:])])
    noise = ratios(alone[1:], alone)
    return [
        f"{STREAMS} open streams: {grown:.1f} MiB (32 are promised); p99 of /health at 64 connections, A B A B: "
        f"{statistics.median(alone):.0f} us without them, {statistics.median(beside):.0f} us with them",
        f"{'':4}with them to without them {spread(felt)}; without them to the round without them before {spread(noise)}"]


def ratios(these: list[float], those: list[float]) -> list[float]:
    return [one / other for one, other in zip(these, those)]


def spread(values: list[float]) -> str:
    """The median of ratios, and how far they reach."""
    return f"{statistics.median(values):.2f} ({min(values):.2f} to {max(values):.2f}, {len(values)} pairs)"
