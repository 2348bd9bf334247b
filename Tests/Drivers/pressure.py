"""Back-pressure in both directions: a reader that stops, and an upstream that never does."""

import http.server
import json
import select
import socket
import struct
import threading
import time

from front import send_answer
from harness import Gateway, eventually


class EndlessLuma(http.server.ThreadingHTTPServer):
    """A Luma whose list of events never ends: 50 events of 20 kB a page."""

    daemon_threads = True

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            if "events/list" in self.path:
                self.server.pages += 1
                number = self.server.pages
                if self.caller_leaves(self.server.delay):
                    self.server.left += 1
                    self.close_connection = True
                    return
                entries = [
                    {"id": "evt-%d-%d" % (number, index), "name": "x", "description_md": "y" * 20000} for index in range(50)
                ]
                answer = {"entries": entries, "has_more": True, "next_cursor": "c%d" % number}
            else:
                answer = {"id": "usr-a", "user": {"id": "usr-a"}}
            send_answer(self, 200, json.dumps(answer).encode())

        def caller_leaves(self, seconds):
            """Waits; true as soon as the caller has closed its connection."""
            return bool(select.select([self.connection], [], [], seconds)[0])

        def log_message(self, *_):
            pass

    def __init__(self):
        self.pages = 0
        self.left = 0
        self.delay = 0
        super().__init__(("127.0.0.1", 0), self.Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()


def back_pressure(binary, folder):
    luma = EndlessLuma()
    gateway = Gateway(
        binary,
        folder,
        LUMA_BASE_URL="http://127.0.0.1:%d" % luma.server_address[1],
        LUMA_API_KEY="k",
        LUMA_RATE_LIMIT_GET_REQUESTS="1000000",
        LUMA_REQUEST_TIMEOUT_SECONDS="60",
        LUMA_HEALTH_INTERVAL_SECONDS="3600",
    )
    stream = b"GET /events/ HTTP/1.1\r\nHost: localhost\r\nAccept: application/x-ndjson\r\n\r\n"

    # Nobody reads: after what the kernel holds, no further page is asked for.
    readers = [gateway.connect(receive_buffer=8192) for _ in range(10)]
    for reader in readers:
        reader.sendall(stream)
    pages = -1
    while pages != luma.pages:
        pages = luma.pages
        assert pages <= 150, "pages are fetched for nobody: %d" % pages
        time.sleep(1)
    grown = gateway.count_resident() - gateway.resident
    print("%d pages of 1 MB for 10 slow readers, %.1f MB" % (pages, grown))
    # One page and what of it is unsent for each; not the 2 MB a second and reader that would come.
    assert grown < 80, grown
    # It goes on when they read.
    received = 0
    while received < 20 << 20:
        received += len(readers[0].recv(1 << 20))
    eventually("more pages come", lambda: luma.pages > pages + 5)

    # They go away: nothing more is asked for.
    for reader in readers:
        reader.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        reader.close()
    time.sleep(0.5)
    pages = luma.pages
    time.sleep(0.7)
    assert luma.pages == pages, (pages, luma.pages)

    # A client that goes while its page is awaited cancels the call: Luma finds nobody to answer.
    luma.delay = 5
    waiting = gateway.connect()
    waiting.sendall(b"GET /events/?limit=50 HTTP/1.1\r\nHost: localhost\r\n\r\n")
    eventually("the page is asked for", lambda: luma.pages == pages + 1)
    waiting.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    waiting.close()
    eventually("the call is cancelled", lambda: luma.left == 1, seconds=2)
    luma.delay = 0
    # Ten streams at once had a connection to Luma each, which is kept for the next call.
    gateway.descriptors += 10
    gateway.check("back-pressure", megabytes=80)
    gateway.end()
