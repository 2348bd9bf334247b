"""Gives the gateway answers of Luma's that are far too large, and as large as they may be: large.py BINARY FOLDER

What is larger than 4 MiB is refused before it is read as JSON, whatever it is made of, and takes no more memory than what is
not. Ends with 0 when that is so.
"""

import http.server
import json
import os
import re
import sys
import threading

from harness import Gateway

MOST = 4 << 20
# Of each octet of an answer what its tree may take.
FACTOR = 17


def page(entries):
    return b'{"entries":[' + entries + b'],"has_more":false}'


def filled(size):
    """A page of one event, exactly so large."""
    event = {"id": "evt-large", "name": "Large", "start_at": "2030-05-01T18:00:00.000Z", "timezone": "UTC", "description_md": ""}
    empty = len(page(json.dumps(event).encode()))
    event["description_md"] = "x" * (size - empty)
    return page(json.dumps(event).encode())


class Luma(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    body = page(b"")

    def do_GET(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = Luma.body if "/list" in self.path else b"{}"
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        try:
            self.wfile.write(body)
        except ConnectionError:
            # The gateway has seen enough.
            self.close_connection = True

    def log_message(self, *_):
        pass


def peak(process):
    """Megabytes."""
    with open("/proc/%d/status" % process.pid) as file:
        return int(re.search(r"VmHWM:\s+(\d+)", file.read()).group(1)) / 1000


def main(binary, folder):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Luma)
    server.handle_error = lambda *_: None
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    gateway = Gateway(
        binary, folder, LUMA_API_KEY="secret-large", LUMA_BASE_URL="http://127.0.0.1:%d" % server.server_port,
        LUMA_DATA_DIR=os.path.join(folder, "data"), LUMA_CACHE_SECONDS="0", LUMA_RATE_LIMIT_GET_REQUESTS="100000",
        LUMA_RATE_LIMIT_ADAPTIVE="false", LUMA_MAX_RETRIES="0")

    def ask(body):
        Luma.body = body
        status, _, answer = gateway.get(b"/events/?limit=20")
        return status, answer

    before = peak(gateway.process)
    for entries in (b",".join([b"[]"] * (5 << 20)), b"[" * (15 << 20), b'"' + b"x" * (15 << 20) + b'"'):
        status, answer = ask(page(entries))
        assert status == 502 and json.loads(answer)["details"]["cause"] == "too_large", (status, answer[:300])
    status, answer = ask(filled(MOST + 1))
    assert status == 502, (status, answer[:300])
    assert peak(gateway.process) - before < FACTOR * MOST / 1e6, (before, peak(gateway.process))
    status, answer = ask(filled(MOST))
    assert status == 200 and json.loads(answer)["entries"][0]["id"] == "evt-large", (status, answer[:300])
    print("%.0f MB before, %.0f MB at most" % (before, peak(gateway.process)))
    gateway.end()


if __name__ == "__main__":
    main(os.path.abspath(sys.argv[1]), sys.argv[2])
