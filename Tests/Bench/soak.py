"""Full load of all kinds for a long time, and nothing may grow: soak.py BINARY FOLDER

SOAK_SECONDS (600) are cut into ten parts. In each part five wrk ask for health, templates, events and creates, over plain
HTTP and TLS, while other clients break off in the middle. After each part, with no client left, resident memory and
descriptors of the gateway are noted; and of the part its CPU per request and its latencies, next to those of the upstream
itself, for the machine has its moods. The first two parts warm up; from there on the limits below hold, else it ends with 1.
"""

import json
import os
import resource
import signal
import socket
import struct
import sys
import threading
import time
from statistics import median

import report
from bench import CERTIFICATE, KEY, gateway, long_template
from measure import HERE, wrk
from processes import Server, free_port

PARTS, WARM = 10, 2
MIX = [("health", 32), ("templates", 8), ("events", 16), ("create", 8)]
# What may be added from the end of the warm-up to the end.
MOST_MEMORY = 4.0  # MiB
MOST_DESCRIPTORS = 8  # libcurl's kept connections come and go
# Medians of the last three parts to those of the first three: latency, beyond what the upstream's own has grown by, and
# CPU per request, which is the steadier.
MOST_SLOWER = 2.0
MOST_COSTLIER = 1.3


class Rude(threading.Thread):
    """Clients that reset in the middle of a body, hang up before the answer, or send what is no request."""

    SENT = [b"POST /events/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 300\r\n\r\n{",
            b"GET /events/evt-rude HTTP/1.1\r\nHost: localhost\r\n\r\n", b"NONSENSE\r\n\r\n",
            b"GET /health HTTP/1.1\r\nHost: loc", b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n" * 40]

    def __init__(self, port: int):
        super().__init__()
        self.port, self.stopping, self.visits = port, False, 0

    def run(self) -> None:
        while not self.stopping:
            with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
                connection.sendall(self.SENT[self.visits % len(self.SENT)])
                if self.visits % 2:
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.visits += 1
            time.sleep(0.005)


def part(plain: Server, secured: Server, upstream: Server, seconds: int, cores: list[int], serial: int) -> dict:
    results: dict = {}

    def load(name: str, server: Server, route: str, connections: int, number: int) -> None:
        results[name] = wrk(server, route, connections, seconds, cores[1], serial + 2 * number)

    threads = [threading.Thread(target=load, args=(route, plain, route, connections, number))
               for number, (route, connections) in enumerate(MIX)]
    threads.append(threading.Thread(target=load, args=("tls", secured, "tls", 8, len(MIX))))
    threads.append(threading.Thread(target=load, args=("direct", upstream, "direct", 2, len(MIX) + 1)))
    rude = Rude(plain.port)
    for thread in [*threads, rude]:
        thread.start()
    for thread in threads:
        thread.join()
    rude.stopping = True
    rude.join()
    if len(results) < len(threads):
        raise RuntimeError(f"only {sorted(results)} came to their end")
    return results


def descriptors(server: Server) -> int:
    return len(os.listdir(f"/proc/{server.ids()[0]}/fd"))


def growth(rows: list[dict]) -> list[str]:
    """What has grown beyond its limit."""
    warm = rows[WARM:]
    found = []
    for name in ("plain", "tls"):
        memory = warm[-1][name, "memory"] - warm[0][name, "memory"]
        if memory > MOST_MEMORY:
            found.append(f"{name}: {memory:.1f} MiB more memory")
        more = warm[-1][name, "descriptors"] - warm[0][name, "descriptors"]
        if more > MOST_DESCRIPTORS:
            found.append(f"{name}: {more} more descriptors")
    def longer(route: str) -> float:
        values = [row["load"][route]["p50"] for row in warm]
        return median(values[-3:]) / max(median(values[:3]), 1)

    costlier = median(row["cpu"] for row in warm[-3:]) / median(row["cpu"] for row in warm[:3])
    if costlier > MOST_COSTLIER:
        found.append(f"{costlier:.1f} times the CPU per request at the end")
    for route in [route for route, _ in MIX] + ["tls"]:
        if longer(route) > MOST_SLOWER * max(1, longer("direct")):
            found.append(f"{route}: {longer(route):.1f} times as slow at the end")
        failed = sum(row["load"][route]["failed"] for row in rows)
        if failed:
            found.append(f"{route}: {failed} requests failed")
    return found


def soak(binary: str, folder: str, servers: list[Server]) -> list[str]:
    seconds = max(1, int(os.environ.get("SOAK_SECONDS", "600")) // PARTS)
    cores = sorted(os.sched_getaffinity(0))[:2]
    port = free_port()
    upstream = Server("upstream", port, cores[-1], [os.path.join(folder, "upstream"), str(port),
                                                    os.path.join(HERE, "event.json")], folder, {})
    servers.append(upstream)
    upstream.wait("/count")
    long_template(folder)
    plain = gateway(binary, folder, cores[0], port)
    servers.append(plain)
    secured = gateway(binary, folder, cores[0], port, "luma-mcp-tls", {
        "LUMA_TLS_CERT": os.path.join(folder, CERTIFICATE), "LUMA_TLS_KEY": os.path.join(folder, KEY)})
    secured.secure_port = secured.port
    servers.append(secured)
    for server in (plain, secured):
        server.wait("/health")
    serial = int(time.time()) % 26**4 * 26**2
    rows = []
    for number in range(PARTS):
        used = plain.cpu()
        row: dict = {"load": part(plain, secured, upstream, seconds, cores, serial + 20 * number)}
        row["cpu"] = (plain.cpu() - used) * 1e6 / sum(row["load"][route]["requests"] for route, _ in MIX)
        for name, server in (("plain", plain), ("tls", secured)):
            server.settle()
            # Who was told to go gets two seconds to hear it.
            time.sleep(2.2)
            row[name, "memory"], row[name, "descriptors"] = server.resident(), descriptors(server)
            os.truncate(server.log, 0)
        rows.append(row)
        done = sum(value["requests"] for value in row["load"].values())
        print(f"part {number + 1} of {PARTS}: {done} requests, {row['plain', 'memory']:.1f} MiB, "
              f"{row['plain', 'descriptors']} descriptors", flush=True)
    show(rows)
    return growth(rows)


def show(rows: list[dict]) -> None:
    routes = [route for route, _ in MIX] + ["tls", "direct"]
    cells = [[str(number + 1), *(f"{row['load'][route]['p50']:,.0f} / {row['load'][route]['p99']:,.0f}" for route in routes),
              report.figure(row["cpu"]), report.figure(row["plain", "memory"]), str(row["plain", "descriptors"]),
              report.figure(row["tls", "memory"]), str(row["tls", "descriptors"])] for number, row in enumerate(rows)]
    print(report.table("p50 / p99 in us, and what is held when nobody asks", [
        "part", *routes, "CPU us/req", "MiB", "descriptors", "TLS: MiB", "descriptors"], cells), flush=True)


def main() -> int:
    def interrupted(number, frame):
        raise RuntimeError(f"ended by {signal.Signals(number).name}")

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupted)
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard if hard != resource.RLIM_INFINITY else 65536, hard))
    servers: list[Server] = []
    try:
        found = soak(sys.argv[1], sys.argv[2], servers)
        print(json.dumps({"grown": found}))
        return 1 if found else 0
    except RuntimeError as error:
        print(f"soak: {error}", file=sys.stderr)
        return 1
    finally:
        for server in reversed(servers):
            server.stop()


if __name__ == "__main__":
    sys.exit(main())
