"""Takes more than anybody should: what one client may keep the server busy with is bounded. bounds.py <port> <process>"""

import json
import socket
import sys
import time

from wire import ABLE, MODERN, PREFIX, Session, Wire


def resident(process):
    """MiB."""
    with open(f"/proc/{process}/statm") as file:
        return int(file.read().split()[1]) * 4096 / 2**20


def listener(port, size):
    """A stream of changes to the watched resource, over a socket that takes little by itself."""
    stream = socket.socket()
    stream.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, size)
    stream.connect(("127.0.0.1", port))
    body = json.dumps({"jsonrpc": "2.0", "id": "x" * 200, "method": "subscriptions/listen", "params": {
        "notifications": {"resourceSubscriptions": ["test://watched-resource"]},
        "_meta": {PREFIX + "protocolVersion": MODERN, PREFIX + "clientCapabilities": {}}}})
    stream.sendall((
        f"POST /mcp HTTP/1.1\r\nHost: localhost:{port}\r\nContent-Type: application/json\r\n"
        "Accept: application/json, text/event-stream\r\nMCP-Protocol-Version: 2026-07-28\r\n"
        f"Mcp-Method: subscriptions/listen\r\nContent-Length: {len(body)}\r\n\r\n{body}").encode())
    stream.settimeout(5)
    heard = b""
    while b"acknowledged" not in heard:
        part = stream.recv(4096)
        assert part, heard
        heard += part
    return stream


def who_does_not_read_loses_the_stream(port, process):
    wire = Wire(port)
    before = resident(process)
    slow = [listener(port, 4096) for _ in range(8)]
    # 75 000 messages of some 400 bytes: thirty megabytes for each of the eight.
    response = wire.open("tools/call", {"name": "test_flood"}, timeout=50)
    assert "result" in list(wire.messages(response))[-1]
    grown = resident(process) - before
    assert grown < 60, f"{grown:.0f} MiB"
    for stream in slow:
        stream.settimeout(10)
        try:
            while stream.recv(1 << 20):
                pass
            raise AssertionError("the stream came to its end")
        except ConnectionResetError:
            pass
    assert wire.result("tools/call", {"name": "test_simple_text"})


def one_session_begins_only_so_much(port, process):
    wire = Wire(port)
    stream = wire.send("GET", headers={"Accept": "text/event-stream"}, path="/sse")
    while not (line := stream.readline()).startswith(b"data:"):
        pass
    path = line[5:].strip().decode()

    def post(method, params, id):
        body = {"jsonrpc": "2.0", "id": id, "method": method, "params": params}
        assert wire.send("POST", body, {"Content-Type": "application/json"}, path).status == 202

    post("initialize", {"protocolVersion": "2025-11-25", "capabilities": ABLE, "clientInfo": {"name": "b", "version": "1"}}, 0)
    for number in range(1, 251):
        post("tools/call", {"name": "test_elicitation", "arguments": {"message": "?"}}, number)
    asked, refused = 0, 0
    for message in wire.messages(stream):
        asked += message.get("method") == "elicitation/create"
        refused += message.get("error", {}).get("code") == -32603
        if asked + refused == 250:
            break
    assert (asked, refused) == (200, 50), (asked, refused)
    stream.close()
    time.sleep(0.3)
    # A session that is gone has left nothing behind.
    assert Session(wire, "2025-11-25").result("tools/call", {"name": "test_simple_text"})


if __name__ == "__main__":
    for check in who_does_not_read_loses_the_stream, one_session_begins_only_so_much:
        check(int(sys.argv[1]), int(sys.argv[2]))
        print("ok", check.__name__)
