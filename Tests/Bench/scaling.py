"""What more loops, idle connections and a start cost the gateway."""

import os
import socket
import statistics
import time

from assistants import spread
from measure import sample
from processes import Server

IDLE = 4000
# Connections before those that are counted: the first ones bring code and buffers into memory.
WARM = 100
STARTS = 9


def compare(bench, gateway) -> str:
    return "\n".join(["", "Loops, idle connections, start", loops(bench, gateway), idle(bench, gateway), starts(bench, gateway)])


def loops(bench, gateway) -> str:
    """Two loops against one, on both cores and beside the load: there is no third core for that, so what counts is the CPU
    per request. Twice the loops that need the same for each request serve twice as many."""
    both = ",".join(str(core) for core in bench.cores)
    servers = {}
    for count in (1, 2):
        servers[count] = bench.added(gateway(
            bench.binary, bench.folder, both, bench.upstream.port, f"luma-mcp-loops{count}", {"LUMA_WORKERS": str(count)}))
        servers[count].wait("/health")
    gains = []
    for turn in range(bench.rounds + 1):
        cpu = {count: sample(server, bench.upstream, "health", 64, bench.seconds, bench.cores, bench.next()).cpu
               for count, server in servers.items()}
        # The first turn opens connections and fills caches.
        if turn:
            gains.append(2 * cpu[1] / cpu[2])
    return f"two loops do {spread(gains)} times the work of one, by CPU per request of /health at 64 (1.7 is promised)"


def idle(bench, gateway) -> str:
    """Resident memory of connections that have had an answer and are silent since, of a gateway that has done nothing else:
    one that has worked has memory to spare."""
    server: Server = bench.added(gateway(bench.binary, bench.folder, bench.cores[0], bench.upstream.port, "luma-mcp-idle"))
    server.wait("/health")
    # A little after the start it gives back what only the start has needed.
    time.sleep(3)
    held, before = [], 0.0
    try:
        for number in range(WARM + IDLE):
            if number == WARM:
                before = server.resident()
            one = socket.create_connection(("127.0.0.1", server.port), timeout=10)
            held.append(one)
            one.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
            if not one.recv(4096).startswith(b"HTTP/1.1 200"):
                raise RuntimeError("a connection was refused")
        grown = (server.resident() - before) * 1024 / IDLE
    finally:
        for one in held:
            one.close()
    server.settle()
    return f"{grown:.2f} KiB for each of {IDLE} idle connections (0.5 are allowed)"


def starts(bench, gateway) -> str:
    times = []
    for _ in range(STARTS):
        server = gateway(bench.binary, bench.folder, bench.cores[0], bench.upstream.port, "luma-mcp-start",
                         {"LUMA_DATA_DIR": os.path.join(bench.folder, "data-start")})
        try:
            server.wait("/health")
            times.append(server.first_answer * 1e3)
        finally:
            server.stop()
    return f"start to the first 200: {statistics.median(times):.0f} ms ({min(times):.0f} to {max(times):.0f}, {STARTS} starts; 20 are allowed)"
