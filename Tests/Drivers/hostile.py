"""Clients that mean harm or do not care, against the real program.

    hostile.py SCENARIO BINARY FOLDER

After each scenario the program has the same descriptors, its memory back, and answers /health. Ends with 0 when
everything was as it must be, with 77 when this system cannot play the scenario, else with a traceback.
"""

import json
import os
import socket
import struct
import sys
import threading
import time

from harness import ALIVE, HARD_LIMIT, Gateway, eventually, read_all, parse
from pressure import back_pressure


# --- Slow and rude clients


def slow_header(gateway):
    """Heads that never end, silent or dripping, are answered with 408 when their time is over."""
    silent = [gateway.connect() for _ in range(50)]
    for client in silent:
        client.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nX")
    drip = gateway.connect()
    start = time.monotonic()
    try:
        drip.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n")
        while time.monotonic() - start < 5:
            drip.sendall(b"X: y\r\n")
            time.sleep(0.05)
        raise AssertionError("a dripping head is never refused")
    except (BrokenPipeError, ConnectionResetError):
        pass
    for client in silent:
        assert parse(read_all(client))[0] == 408
        client.close()
    drip.close()


def slow_body(gateway):
    clients = [gateway.connect() for _ in range(50)]
    for index, client in enumerate(clients):
        framing = b"Content-Length: 50" if index % 2 else b"Transfer-Encoding: chunked"
        client.sendall(b"POST /events/ HTTP/1.1\r\nHost: localhost\r\n" + framing + b"\r\n\r\n")
        client.sendall(b'{"name":' if index % 2 else b"5\r\n{")
    for client in clients:
        assert parse(read_all(client))[0] == 408
        client.close()


def slow_reader(gateway):
    """Who asks and asks and never reads is stopped, and then cut off; it never makes the server keep it all."""
    clients = [gateway.connect(receive_buffer=4096) for _ in range(8)]
    for client in clients:
        client.setblocking(False)
    end = time.monotonic() + 10
    gone = set()
    request = b"GET /templates/ HTTP/1.1\r\nHost: localhost\r\n\r\n" * 100
    peak = 0
    while len(gone) < len(clients) and time.monotonic() < end:
        for client in clients:
            if client in gone:
                continue
            try:
                client.send(request)
            except BlockingIOError:
                pass
            except (ConnectionResetError, BrokenPipeError):
                gone.add(client)
        peak = max(peak, gateway.count_resident() - gateway.resident)
        time.sleep(0.01)
    assert len(gone) == len(clients), "%d are still there" % (len(clients) - len(gone))
    # A quarter of a megabyte unsent and a little unread for each, and what the allocator adds.
    assert peak < 20, peak
    for client in clients:
        client.close()


def byte_by_byte(gateway):
    body = b'{"name": "x"}'
    request = b"POST /events/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n"
    request += b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    clients = [gateway.connect() for _ in range(20)]
    for octet in request:
        for client in clients:
            client.sendall(bytes([octet]))
    for client in clients:
        assert parse(read_all(client))[0] == 422
        client.close()


def half_close(gateway):
    for _ in range(50):
        with gateway.connect() as client:
            client.sendall(b"GET /events/?limit=2 HTTP/1.1\r\nHost: localhost\r\n\r\n")
            client.shutdown(socket.SHUT_WR)
            assert parse(read_all(client))[0] in (200, 429)
        with gateway.connect() as client:
            client.sendall(b"GET / HT")
            client.shutdown(socket.SHUT_WR)
            assert parse(read_all(client))[0] == 400


def reset_in_body(gateway):
    for index in range(200):
        client = gateway.connect()
        client.sendall(b"POST /events/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n" + b" " * index)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.close()


def pipelining(gateway):
    """10 000 requests at once: as many answers, in order, and nobody else has to wait for them."""
    count = 10000
    with gateway.connect() as client:
        sender = threading.Thread(target=client.sendall, args=(ALIVE * count,))
        sender.start()
        start = time.monotonic()
        assert gateway.get(b"/health/live")[0] == 200
        assert time.monotonic() - start < 2
        data = b""
        answers = 0
        while answers < count:
            more = client.recv(1 << 20)
            assert more, "closed after %d answers" % answers
            data += more
            answers += data.count(b'{"status":"alive"}')
            data = data[data.rfind(b"}") + 1 :]
        sender.join()
        assert answers == count and data == b"", (answers, data)


def large_body(gateway):
    """Refused from its Content-Length, before one octet of it is sent, and without an invitation to send it."""
    for length in (b"100001", b"1000000000000", b"99999999999999999999999"):
        for expect in (b"", b"Expect: 100-continue\r\n"):
            with gateway.connect() as client:
                client.sendall(b"POST /events/ HTTP/1.1\r\nHost: localhost\r\n%sContent-Length: %s\r\n\r\n" % (expect, length))
                status, fields, _ = parse(read_all(client))
                assert status in (413, 400), (length, status)
                assert status == 413 or len(length) > 18, (length, status)
                assert fields[b"connection"] == b"close"
    # One that sends all the same can read its answer, and is cut off before long.
    with gateway.connect() as client:
        client.sendall(b"POST /events/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000000\r\n\r\n")
        sent = 0
        try:
            while sent < 100 << 20:
                sent += client.send(b" " * 65536)
        except OSError:
            pass
        assert sent < 50 << 20, sent


def deep_json(gateway):
    bodies = [b"[" * 90000, b'{"a":' * 18000, b"[" * 45000 + b"]" * 45000, b'{"name":' + b"[" * 40000 + b"]" * 40000 + b"}"]
    for body in bodies:
        with gateway.connect() as client:
            client.sendall(
                b"POST /events/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n"
                b"Content-Length: %d\r\n\r\n%s" % (len(body), body)
            )
            status, _, answer = parse(read_all(client))
            assert status == 400 and b"malformed_json" in answer, (status, answer[:200])


def rude_clients(binary, folder):
    gateway = Gateway(
        binary,
        folder,
        LUMA_HEADER_TIMEOUT_SECONDS="0.5",
        LUMA_BODY_TIMEOUT_SECONDS="0.5",
        LUMA_WRITE_TIMEOUT_SECONDS="0.5",
        LUMA_MAX_BODY_BYTES="100000",
        LUMA_MAX_WAIT_SECONDS="0",
    )
    attacks = [
        slow_header, slow_body, slow_reader, byte_by_byte, half_close, reset_in_body, pipelining, large_body, deep_json,
    ]  # fmt: skip
    for attack in attacks:
        start = time.monotonic()
        attack(gateway)
        gateway.check("%s (%.1f s)" % (attack.__name__, time.monotonic() - start), megabytes=24)
    # Once more: what is kept must not grow.
    before = gateway.count_resident()
    for attack in attacks[3:]:
        attack(gateway)
    gateway.resident = before
    gateway.check("once more", megabytes=8)
    gateway.end()


# --- Masses


def idle_masses(binary, folder):
    """10 000 idle connections cost at most 64 MB, and all of them are still served."""
    count = 10000
    if HARD_LIMIT < count + 500:
        print("the hard limit of descriptors is %d" % HARD_LIMIT)
        sys.exit(77)
    # The soft limit is raised by the program itself.
    gateway = Gateway(binary, folder, shell="ulimit -Sn 1024", LUMA_MAX_CONNECTIONS=str(count + 100))
    for turn in range(2):
        clients = []
        for _ in range(count):
            client = gateway.connect()
            client.sendall(ALIVE)
            clients.append(client)
        for client in clients:
            assert parse(client.recv(4096))[0] == 200
        grown = gateway.count_resident() - gateway.resident
        print("10 000 idle: %.1f MB" % grown)
        assert grown <= 64, grown
        busy = gateway.processor_seconds()
        time.sleep(0.5)
        assert gateway.processor_seconds() - busy < 0.1, "idle connections cost time"
        for client in clients[::100]:
            client.sendall(ALIVE)
            assert parse(client.recv(4096))[0] == 200
        for client in clients:
            client.close()
        gateway.check("after %d times 10 000" % (turn + 1), megabytes=64)
    gateway.end()


def no_descriptors(binary, folder):
    """Without descriptors the program rests instead of spinning, serves whom it has, and goes on when there are some."""
    gateway = Gateway(binary, folder, shell="ulimit -n 64", LUMA_IDLE_TIMEOUT_SECONDS="60")
    clients = [gateway.connect() for _ in range(300)]
    served = clients[0]
    served.sendall(ALIVE)
    assert parse(served.recv(4096))[0] == 200
    eventually("no descriptor is left", lambda: gateway.count_descriptors() >= 60, gateway.count_descriptors)
    busy = gateway.processor_seconds()
    time.sleep(1)
    busy = gateway.processor_seconds() - busy
    print("%.2f s of processor time in one second" % busy)
    assert busy < 0.2, busy
    served.sendall(ALIVE)
    assert parse(served.recv(4096))[0] == 200
    for client in clients:
        client.close()
    gateway.check("no descriptors")
    gateway.end()


def burst(binary, folder):
    """Beyond the limit: 503 with Retry-After or a refused connection, and right after it all is well."""
    limit = 50
    gateway = Gateway(binary, folder, LUMA_MAX_CONNECTIONS=str(limit))
    for _ in range(3):
        clients = []
        for _ in range(500):
            client = gateway.connect()
            try:
                client.sendall(ALIVE)
            except OSError:
                pass
            clients.append(client)
        outcomes = {}
        for client in clients:
            # Who is served keeps its connection, and its place.
            try:
                data = client.recv(4096)
            except ConnectionResetError:
                data = b""
            status, fields, _ = parse(data)
            outcomes[status] = outcomes.get(status, 0) + 1
            assert status in (200, 503, 0), status
            assert status != 503 or fields[b"retry-after"] == b"1"
        print(outcomes)
        assert outcomes[200] == limit and outcomes[503] > 0, outcomes
        for client in clients:
            client.close()
        gateway.check("burst")
    gateway.end()


if __name__ == "__main__":
    sys.stdout.reconfigure(line_buffering=True)
    scenario, binary, folder = sys.argv[1:]
    globals()[scenario](os.path.abspath(binary), folder)
