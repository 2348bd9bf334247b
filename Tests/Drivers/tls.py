"""What clients do on a TLS port that neither curl nor `openssl s_client` can be made to do.

    tls.py SCENARIO PORT AUTHORITY [...]

Ends with 0 when everything was as it must be, else with a traceback.
"""
import concurrent.futures
import os
import signal
import socket
import ssl
import sys
import time

ALIVE = b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"


def connect(port, authority=None, session=None, context=None):
    context = context or client_context(authority)
    plain = socket.create_connection(("127.0.0.1", port), timeout=10)
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return context.wrap_socket(plain, server_hostname="localhost", session=session)


def client_context(authority=None):
    context = ssl.create_default_context(cafile=authority)
    if authority is None:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def answer(connection, rest=b""):
    """One whole answer: its status, its body, and what came behind it."""
    data = rest
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        assert more, "closed within a head: %r" % data[:200]
        data += more
    head, data = data.split(b"\r\n\r\n", 1)
    length = 0
    for line in head.split(b"\r\n")[1:]:
        name, value = line.split(b":", 1)
        if name.lower() == b"content-length":
            length = int(value)
    while len(data) < length:
        more = connection.recv(65536)
        assert more, "closed within a body"
        data += more
    return int(head.split()[1]), data[:length], data[length:]


def ask(connection, request=ALIVE):
    connection.sendall(request)
    status, body, rest = answer(connection)
    assert rest == b"", rest
    return status, body


def pipelined(port, authority):
    """Many requests at once, octet by octet, and in pieces that are cut anywhere."""
    with connect(port, authority) as connection:
        connection.sendall(ALIVE * 1000)
        rest = b""
        for _ in range(1000):
            status, body, rest = answer(connection, rest)
            assert (status, body) == (200, b'{"status":"alive"}'), (status, body)
    with connect(port, authority) as connection:
        for index in range(len(ALIVE)):
            connection.sendall(ALIVE[index : index + 1])
        assert answer(connection)[0] == 200
        for size in (7, 100, 1000):
            data = ALIVE * 50
            for start in range(0, len(data), size):
                connection.sendall(data[start : start + size])
            rest = b""
            for _ in range(50):
                status, _, rest = answer(connection, rest)
                assert status == 200


def slow_reader(port, authority):
    """Answers that the kernel does not take at once arrive whole and in order."""
    plain = socket.socket()
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    plain.settimeout(10)
    plain.connect(("127.0.0.1", port))
    with client_context(authority).wrap_socket(plain, server_hostname="localhost") as connection:
        request = b"GET /templates/ HTTP/1.1\r\nHost: localhost\r\n\r\n"
        count = 400
        expected = None
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            sending = pool.submit(connection.sendall, request * count)
            time.sleep(0.5)
            rest = b""
            for _ in range(count):
                status, body, rest = answer(connection, rest)
                expected = expected or body
                assert status == 200 and body == expected
            sending.result()


def crowd(port, authority):
    """Many clients at a time, whose answers come from the emulator and so between the batches of others."""

    def one(_):
        with connect(port, authority) as connection:
            for _ in range(3):
                status, body = ask(connection, b"GET /events/?limit=50 HTTP/1.1\r\nHost: localhost\r\n\r\n")
                assert status == 200 and body.startswith(b"{"), status

    with concurrent.futures.ThreadPoolExecutor(40) as pool:
        list(pool.map(one, range(50)))


def endings(port, authority):
    """close_notify before the answer, a reset, and half a record leave the server as it was."""
    with connect(port, authority) as connection:
        connection.sendall(ALIVE)
        # Our end; the answer still comes, and then the server's end.
        try:
            rest = connection.unwrap()
        except ssl.SSLError as error:
            assert "APPLICATION_DATA_AFTER_CLOSE_NOTIFY" in str(error), error
    for _ in range(20):
        connection = connect(port, authority)
        connection.sendall(ALIVE[:20])
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        connection.close()
    for first in (b"\x16\x03\x01", b"\x16\x03\x01\x02\x00\x01\x00", b"\x80\x2e\x01", os.urandom(300), b"\0" * 70000):
        with socket.create_connection(("127.0.0.1", port), timeout=10) as plain:
            try:
                plain.sendall(first)
                plain.shutdown(socket.SHUT_WR)
                while plain.recv(1000):
                    pass
            except OSError as error:
                assert not isinstance(error, TimeoutError)
    with connect(port, authority) as connection:
        assert ask(connection)[0] == 200


def slow_handshake(port, authority):
    """Nothing, half a hello, and a hello that drips: each is closed when the time for a head is over."""
    start = time.monotonic()
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = client_context().wrap_bio(incoming, outgoing)
    try:
        client.do_handshake()
    except ssl.SSLWantReadError:
        pass
    hello = outgoing.read()
    silent = socket.create_connection(("127.0.0.1", port), timeout=10)
    half = socket.create_connection(("127.0.0.1", port), timeout=10)
    half.sendall(hello[: len(hello) // 2])
    drip = socket.create_connection(("127.0.0.1", port), timeout=10)
    try:
        for octet in hello[:-1]:
            drip.sendall(bytes([octet]))
            time.sleep(0.02)
        assert time.monotonic() - start > 9, "the hello was too short to be slow"
    except (BrokenPipeError, ConnectionResetError):
        pass
    for waiting in (silent, half):
        assert waiting.recv(100) == b""
        waiting.close()
    drip.close()
    assert time.monotonic() - start < 5
    with connect(port, authority) as connection:
        assert ask(connection)[0] == 200


def serial(connection):
    """The certificate that the server showed."""
    return connection.getpeercert(binary_form=True)


def reload(port, process, folder):
    """A new certificate by SIGHUP, under connections that are open; a bad one changes nothing."""
    process = int(process)

    def install(name):
        for kind in ("cert", "key"):
            temporary = os.path.join(folder, kind + ".new")
            with open(os.path.join(folder, "%s.%s" % (name, kind)), "rb") as source, open(temporary, "wb") as target:
                target.write(source.read())
            os.rename(temporary, os.path.join(folder, "live." + kind))

    def wait_for(expected):
        end = time.monotonic() + 10
        while time.monotonic() < end:
            with connect(port) as fresh:
                shown = serial(fresh)
                assert ask(fresh)[0] == 200
            if shown == expected:
                return
            time.sleep(0.05)
        raise AssertionError("the certificate was not exchanged")

    old = connect(port)
    first = serial(old)
    assert ask(old)[0] == 200
    session = old.session
    install("second")
    os.kill(process, signal.SIGHUP)
    second = ssl.PEM_cert_to_DER_cert(open(os.path.join(folder, "second.cert")).read())
    assert second != first
    wait_for(second)
    for _ in range(3):
        assert ask(old)[0] == 200
    # A ticket of before the exchange is still good after it.
    with connect(port, session=session, context=old.context) as resumed:
        assert resumed.session_reused
        assert ask(resumed)[0] == 200

    # A key that is another certificate's: said in the log, and nothing changes.
    with open(os.path.join(folder, "live.key"), "wb") as target:
        target.write(open(os.path.join(folder, "first.key"), "rb").read())
    os.kill(process, signal.SIGHUP)
    time.sleep(0.5)
    with connect(port) as fresh:
        assert serial(fresh) == second
        assert ask(fresh)[0] == 200
    assert ask(old)[0] == 200
    old.close()


if __name__ == "__main__":
    scenario, port, *rest = sys.argv[1:]
    globals()[scenario](int(port), *rest)
