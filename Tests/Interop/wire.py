"""MCP over plain HTTP with nothing of a client library in between: one request, and every message that comes back."""

import http.client
import itertools
import json

MODERN = "2026-07-28"
PREFIX = "io.modelcontextprotocol/"
ABLE = {"sampling": {}, "elicitation": {}, "roots": {"listChanged": True}}
ACCEPT = "application/json, text/event-stream"
NAMED = {"tools/call": "name", "prompts/get": "name", "resources/read": "uri"}
ids = itertools.count(1)


class Wire:
    """One server. Keeps every message that it sends, for a check against the schemas."""

    def __init__(self, port):
        self.port = port
        # (revision, method of the request or None, message)
        self.heard = []

    def send(self, method, body=None, headers={}, path="/mcp", timeout=10):
        """One HTTP request on a connection of its own."""
        connection = http.client.HTTPConnection("localhost", self.port, timeout=timeout)
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        return connection.getresponse()

    def messages(self, response):
        """The messages of an answer, one by one as they arrive."""
        kind = response.headers.get("content-type", "")
        if not kind.startswith("text/event-stream"):
            text = response.read()
            if text and "json" in kind:
                yield json.loads(text)
            return
        data = []
        while line := response.readline().decode():
            line = line.rstrip("\r\n")
            if line.startswith("data:"):
                data.append(line[5:].removeprefix(" "))
            elif not line and data:
                yield json.loads("\n".join(data))
                data = []

    # The era without a handshake.

    def modern(self, method, params=None, meta={}, headers={}, id=None):
        """A request of 2026-07-28: (status, messages)."""
        response = self.open(method, params, meta, headers, id)
        return response.status, list(self.keep(MODERN, method, response))

    def open(self, method, params=None, meta={}, headers={}, id=None, timeout=10):
        params = dict(params or {})
        if meta is not None:
            params["_meta"] = {
                PREFIX + "protocolVersion": MODERN, PREFIX + "clientCapabilities": ABLE,
                PREFIX + "clientInfo": {"name": "wire", "version": "1"}} | meta
        fields = {
            "Content-Type": "application/json", "Accept": ACCEPT, "MCP-Protocol-Version": MODERN, "Mcp-Method": method}
        if method in NAMED and NAMED[method] in params:
            fields["Mcp-Name"] = params[NAMED[method]]
        body = {"jsonrpc": "2.0", "id": next(ids) if id is None else id, "method": method, "params": params}
        return self.send("POST", body, fields | headers, timeout=timeout)

    def keep(self, revision, method, response):
        for message in self.messages(response):
            self.heard.append((revision, method, message))
            yield message

    def result(self, method, params=None, meta={}):
        """The result of a request that must have one."""
        status, messages = self.modern(method, params, meta)
        assert status == 200 and "result" in messages[-1], (status, messages)
        return messages[-1]["result"]

    def error(self, method, params=None, meta={}, headers={}, id=None):
        """(status, error) of a request that must fail, with its own id."""
        id = next(ids) if id is None else id
        status, messages = self.modern(method, params, meta, headers, id)
        assert messages and messages[-1].get("id") == id and "error" in messages[-1], (status, messages)
        return status, messages[-1]["error"]


class Session:
    """A conversation that has begun with a handshake."""

    def __init__(self, wire, revision, answer=None):
        """`answer(method, params)` gives the client's answer to a request of the server."""
        self.wire = wire
        self.revision = revision
        self.answer = answer
        self.headers = {"Content-Type": "application/json", "Accept": ACCEPT}
        response = wire.send("POST", self.body("initialize", {
            "protocolVersion": revision, "capabilities": ABLE, "clientInfo": {"name": "wire", "version": "1"}}), self.headers)
        self.id = response.headers["mcp-session-id"]
        assert all(0x21 <= ord(letter) <= 0x7E for letter in self.id), self.id
        [reply] = wire.keep(revision, "initialize", response)
        self.greeting = reply["result"]
        assert self.greeting["protocolVersion"] == revision, reply
        self.headers |= {"Mcp-Session-Id": self.id, "MCP-Protocol-Version": revision}
        assert self.post({"jsonrpc": "2.0", "method": "notifications/initialized"}).status == 202

    @staticmethod
    def body(method, params=None, id=None):
        return {"jsonrpc": "2.0", "id": next(ids) if id is None else id, "method": method, "params": params or {}}

    def post(self, body, headers={}):
        return self.wire.send("POST", body, self.headers | headers)

    def ask(self, method, params=None, id=None):
        """All messages up to the answer. What the server asks meanwhile is answered."""
        heard = []
        for message in self.wire.keep(self.revision, method, self.post(self.body(method, params, id))):
            heard.append(message)
            if "method" in message and "id" in message:
                reply = {"jsonrpc": "2.0", "id": message["id"], "result": self.answer(message["method"], message["params"])}
                assert self.post(reply).status == 202
        return heard

    def result(self, method, params=None):
        heard = self.ask(method, params)
        assert "result" in heard[-1], heard
        return heard[-1]["result"]
