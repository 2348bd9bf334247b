"""Ways to call a tool of the gateway: over REST, and over MCP with and without a session."""

import http.client
import itertools
import json
import socket
import threading

MODERN = "2026-07-28"
PREFIX = "io.modelcontextprotocol/"
PATIENCE = 120


def code_of(result):
    """The code of an error, None for a success."""
    if not result["isError"]:
        return None
    return result["structuredContent"]["error"]["code"]


def text_of(result):
    return "".join(part["text"] for part in result["content"])


class OneAnswer:
    """A caller with a connection for each call, which carries one answer: its own."""

    ids = itertools.count(1)

    def __init__(self, port):
        self.port = port

    def call(self, tool, arguments):
        connection = self.send(tool, arguments)
        try:
            answer = connection.getresponse()
            body = answer.read()
            assert len(body) == int(answer.headers["Content-Length"]), (tool, answer.headers)
            return self.result(answer.status, json.loads(body))
        finally:
            connection.close()

    def leave(self, tool, arguments, stay):
        """Calls it and goes away before there is an answer."""
        connection = self.send(tool, arguments)
        stay()
        connection.close()

    def send(self, tool, arguments):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        connection.request("POST", *self.request(tool, arguments))
        return connection


class REST(OneAnswer):
    def request(self, tool, arguments):
        return "/tools/" + tool, json.dumps(arguments), {"Content-Type": "application/json"}

    def result(self, status, answer):
        if status == 429:
            # It says so itself, and not the tool.
            assert "error" in answer, answer
            return {"isError": True, "structuredContent": {"error": {"code": "busy"}}}
        assert status == 200, (status, answer)
        return answer


class Modern(OneAnswer):
    def request(self, tool, arguments):
        self.id = next(self.ids)
        meta = {PREFIX + "protocolVersion": MODERN, PREFIX + "clientCapabilities": {}}
        message = {
            "jsonrpc": "2.0", "id": self.id, "method": "tools/call",
            "params": {"name": tool, "arguments": arguments, "_meta": meta}}
        return "/mcp", json.dumps(message), {
            "Content-Type": "application/json", "Accept": "application/json, text/event-stream",
            "MCP-Protocol-Version": MODERN, "Mcp-Method": "tools/call", "Mcp-Name": tool}

    def result(self, status, answer):
        assert status == 200 and answer["id"] == self.id, (status, answer)
        return answer["result"]


class Stream:
    """A session over HTTP+SSE, which many share: all answers come on one stream, in any order."""

    def __init__(self, port):
        self.port = port
        self.ids = itertools.count(1)
        self.heard = {}
        self.changed = threading.Condition()
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        self.connection.request("GET", "/sse", headers={"Accept": "text/event-stream"})
        self.socket = self.connection.sock
        self.stream = self.connection.getresponse()
        self.path = self.event()
        threading.Thread(target=self.listen, daemon=True).start()
        client = {"name": "chaos", "version": "1"}
        self.answer(self.ask("initialize", {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": client}))
        self.post({"method": "notifications/initialized"})

    def event(self):
        """The data of the next event; nothing at the end of the stream."""
        while line := self.stream.readline().decode():
            if line.startswith("data:"):
                return line[5:].strip()

    def next(self):
        try:
            return self.event()
        except (OSError, http.client.HTTPException):
            return None

    def listen(self):
        while data := self.next():
            message = json.loads(data)
            with self.changed:
                self.heard.setdefault(message.get("id"), []).append(message)
                self.changed.notify_all()

    def post(self, message):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        body = json.dumps({"jsonrpc": "2.0"} | message)
        connection.request("POST", self.path, body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        answer.read()
        connection.close()
        assert answer.status == 202, answer.status

    def ask(self, method, params):
        id = next(self.ids)
        self.post({"id": id, "method": method, "params": params})
        return id

    def answer(self, id):
        with self.changed:
            assert self.changed.wait_for(lambda: id in self.heard, PATIENCE), "no answer to %d" % id
            return self.heard[id][0]["result"]

    def call(self, tool, arguments):
        return self.answer(self.ask("tools/call", {"name": tool, "arguments": arguments}))

    def leave(self, tool, arguments, stay):
        id = self.ask("tools/call", {"name": tool, "arguments": arguments})
        stay()
        self.post({"method": "notifications/cancelled", "params": {"requestId": id}})

    def close(self):
        """Ends the session. Returns how many answers a call had at most."""
        self.socket.shutdown(socket.SHUT_RDWR)
        with self.changed:
            return max(len(answers) for id, answers in self.heard.items() if id is not None)
