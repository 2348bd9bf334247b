"""A server that does not stay as it is, without an SDK, over standard input and output: unsteady_server.py flapping|growing.
The first ends after every third call, the second has one more tool after each."""

import json
import os
import sys

kind = sys.argv[1]
calls = 0


def say(message):
    print(json.dumps({"jsonrpc": "2.0", **message}), flush=True)


def tools():
    names = ["process"] + [f"grown_{number}" for number in range(calls if kind == "growing" else 0)]
    return [{"name": name, "inputSchema": {"type": "object"}} for name in names]


for line in sys.stdin:
    message = json.loads(line)
    if "id" not in message:
        continue
    method, result = message.get("method"), None
    if method == "initialize":
        result = {
            "protocolVersion": "2025-11-25", "capabilities": {"tools": {"listChanged": kind == "growing"}},
            "serverInfo": {"name": "real unsteady", "version": "1"},
        }
    elif method == "tools/list":
        result = {"tools": tools()}
    elif method == "tools/call":
        calls += 1
        result = {"content": [{"type": "text", "text": str(os.getpid())}]}
        if kind == "growing":
            say({"method": "notifications/tools/list_changed"})
    elif method == "ping":
        result = {}
    if result is None:
        say({"id": message["id"], "error": {"code": -32601, "message": "Method not found"}})
    else:
        say({"id": message["id"], "result": result})
    if kind == "flapping" and calls == 3:
        sys.exit(0)
