"""Gives the gateway answers of Luma's that are far too large, and as large as they may be: large.py BINARY FOLDER

What is larger than 4 MiB is refused before it is read as JSON, whatever it is made of, and takes no more memory than what is
not. A list whose pages are larger is made of smaller ones, and is the same. Ends with 0 when that is so.
"""

import http.server
import json
import os
import re
import sys
import threading
import urllib.parse

from front import send_answer
from harness import Gateway, parse, read_all

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
    # Events of which pages are made; none to give `body`.
    events = []
    asked = 0

    def pages(self):
        Luma.asked += 1
        query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.path).query))
        start = int(query.get("pagination_cursor", 0))
        end = start + int(query.get("pagination_limit", 50))
        more = end < len(Luma.events)
        return json.dumps(
            {"entries": Luma.events[start:end], "has_more": more, "next_cursor": str(end) if more else None}).encode()

    def do_GET(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = b"{}"
        if "/list" in self.path:
            body = self.pages() if Luma.events else Luma.body
        send_answer(self, 200, body)

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
    # 7 events of 1.3 MB: three of them fit into one answer.
    Luma.events = [
        {"id": "evt-%d" % number, "name": "x", "start_at": "2030-05-01T18:00:00.000Z", "timezone": "UTC", "description_md": "x" * 1_300_000}
        for number in range(7)]
    ids = [event["id"] for event in Luma.events]
    status, _, answer = gateway.get(b"/events/?limit=5")
    told = json.loads(answer)
    assert status == 200 and [event["id"] for event in told["entries"]] == ids[:5], (status, answer[:300])
    assert told["has_more"] and told["next_cursor"] == "5", told["next_cursor"]
    # Five are too many at once, two are not.
    assert Luma.asked == 1 + 3, Luma.asked
    with gateway.connect() as client:
        # To HTTP/1.0, which has no chunks.
        client.sendall(b"GET /events.ndjson HTTP/1.0\r\nHost: localhost\r\n\r\n")
        status, _, answer = parse(read_all(client))
    assert status == 200 and [json.loads(line)["id"] for line in answer.splitlines()] == ids, (status, answer[:300])
    print("%.0f MB before, %.0f MB at most" % (before, peak(gateway.process)))
    gateway.end()


if __name__ == "__main__":
    main(os.path.abspath(sys.argv[1]), sys.argv[2])
