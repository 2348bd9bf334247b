"""What may stand between the gateway and Luma: a proxy with a clock and pages of its own, or one that stops reading."""

import email.utils
import http.client
import http.server
import json
import random
import socket
import threading
import time


def send_answer(handler, status, body, kind="application/json", ahead=0):
    """One whole answer of Luma's, or in its place. Its clock is ahead by so many seconds; None leaves no Date."""
    try:
        handler.send_response_only(status)
        if ahead is not None:
            handler.send_header("Date", email.utils.formatdate(time.time() + ahead, usegmt=True))
        handler.send_header("Content-Type", kind)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)
    except OSError:
        # The gateway has seen enough, or is gone.
        handler.close_connection = True


class Front:
    """Passes calls on to the emulator, and changes requests and answers as `play` says."""

    def __init__(self, port, trust=None):
        self.port = port
        # To reach the emulator over TLS.
        self.trust = trust
        # Seconds that the clock of what answers is ahead; None leaves no Date.
        self.ahead = 0
        # The status of a page of its own instead of an answer, to everything but what may be lost; None passes answers on.
        self.page = None
        # How the answer of the next call to that path is lost: "page" or "silence"; the emulator has done it.
        self.lose, self.lose_on = None, "/v1/events/create"
        self.lost = threading.Event()
        # Changes what the emulator is given to create.
        self.rewrite = None
        # Changes what it shows of an event, or leaves it out of lists: None.
        self.show = None
        front = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                front.serve(self, b"")

            def do_POST(self):
                front.serve(self, self.rfile.read(int(self.headers["Content-Length"])))

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            # A gateway that is killed resets its connections.
            def handle_error(self, *_):
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = "http://127.0.0.1:%d" % self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def serve(self, handler, body):
        is_create = handler.path == "/v1/events/create"
        page, lose = (None, self.lose) if handler.path == self.lose_on else (self.page, None)
        if page:
            return self.answer(handler, page, b"<html>%d</html>" % page, "text/html")
        if lose:
            self.lose = None
        if is_create and self.rewrite:
            body = json.dumps(self.rewrite(json.loads(body))).encode()
        status, answer = self.ask(handler, body)
        if lose:
            self.lost.set()
            if lose == "page":
                return self.answer(handler, 502, b"<html>502</html>", "text/html")
            handler.close_connection = True
            time.sleep(3600)
        if self.show and handler.path.startswith("/v1/calendars/events/list"):
            document = json.loads(answer)
            document["entries"] = [self.show(event) for event in document.get("entries", [])]
            document["entries"] = [event for event in document["entries"] if event]
            answer = json.dumps(document).encode()
        self.answer(handler, status, answer, "application/json")

    def ask(self, handler, body):
        if self.trust:
            connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=30, context=self.trust)
        else:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            fields = {"x-luma-api-key": handler.headers["x-luma-api-key"], "Content-Type": "application/json"}
            connection.request(handler.command, handler.path, body or None, fields)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def answer(self, handler, status, body, kind, ahead=None):
        send_answer(handler, status, body, kind, self.ahead if ahead is None else ahead)


class Storm(Front):
    """A proxy that now and then answers with a page of its own, before or after it has passed a call on, and whose clock is ahead
    then by so many seconds; and that ends connections as the emulator ends its own."""

    AHEAD = (30, 3600)

    def __init__(self, port, trust, seed):
        super().__init__(port, trust)
        self.luck = random.Random(seed)
        self.pages = 0

    def serve(self, handler, body):
        is_page, is_after, ahead = self.luck.random() < 0.03, self.luck.random() < 0.5, self.luck.choice(self.AHEAD)
        try:
            if not is_page or is_after:
                status, answer = self.ask(handler, body)
        except (OSError, http.client.HTTPException):
            handler.close_connection = True
            return
        if not is_page:
            return self.answer(handler, status, answer, "application/json")
        self.pages += 1
        self.answer(handler, 502, b"<html>502</html>", "text/html", ahead)


class Stopper:
    """Relays octets through small buffers, and stops once in the middle of what is sent, until it is told to go on."""

    def __init__(self, port, trigger=lambda data: b"POST /v1/events/create" in data):
        # With which piece it stops.
        self.trigger = trigger
        self.target = ("127.0.0.1", port)
        self.listener = socket.socket()
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(64)
        self.url = "http://127.0.0.1:%d" % self.listener.getsockname()[1]
        self.has_stopped = threading.Event()
        self.go_on = threading.Event()
        self.has_ended = threading.Event()
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            client, _ = self.listener.accept()
            server = socket.create_connection(self.target)
            threading.Thread(target=self.carry, args=(client, server, True), daemon=True).start()
            threading.Thread(target=self.carry, args=(server, client, False), daemon=True).start()

    def carry(self, source, sink, may_stop):
        stops = False
        try:
            while True:
                data = source.recv(2048)
                if may_stop and not self.has_stopped.is_set() and self.trigger(data):
                    stops = True
                    self.has_stopped.set()
                    self.go_on.wait()
                if not data:
                    break
                sink.sendall(data)
        except OSError:
            pass
        try:
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        if stops:
            self.has_ended.set()
