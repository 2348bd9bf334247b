"""Plays the examples in the documents of Luna's and of Lumenore's servers, with the gateway in their place and their services
behind it: documented_examples.py BINARY FOLDER

Ends with 0 when each client gets what its document promises.
"""

import http.server
import json
import os
import sys
import threading
import urllib.error
import urllib.request

from harness import Gateway, eventually

TOKEN = "a-token-of-lunas-client"
CODE = "fn main() { println!(\"Hello, world!\"); }"
# A document's tools are there at once, and those of a plugin when it has said what it does.
STAND_IN = """#!/bin/sh
if [ "$1" = --describe ]; then
    echo '{"commands": [{"name": "run", "parameters": [{"name": "%s", "required": true}]}]}'
else
    echo '%s'
fi
"""
PLUGINS = {"git_clone": ("url", '{"path": "tensorflow"}'), "img_bw": ("image_url", "iVBORw0KGgo=")}

# What an analyst, a marketing team and an operations manager ask for, one tool after another.
SCENARIOS = {
    35403: [
        ("nlq_to_data", "Show me total sales by region for Q4 2024, sorted by highest sales"),
        ("get_trend_data", "What are the monthly sales trends for Q4 2024?"),
        ("get_pareto_data", "Which products contribute to 80% of our sales?"),
    ],
    35404: [
        ("nlq_to_data", "Show customer demographics and average order value by age group"),
        ("get_outlier_data", "Find customers with unusually high order values or frequency"),
        ("get_correlation_data", "What factors correlate with customer lifetime value?"),
    ],
    35405: [
        ("nlq_to_data", "Show monthly demand for each product category over the past year"),
        ("get_trend_data", "What are the demand trends for each product category?"),
        ("get_prediction_data", "Predict demand for next 3 months by product category"),
        ("get_change_data", "Have there been any significant changes in demand patterns recently?"),
    ],
}


class Service(http.server.BaseHTTPRequestHandler):
    """Both services, told apart by their paths."""

    protocol_version = "HTTP/1.1"
    logins = 0
    # A status for paths that fail.
    failing = {}

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.answer({"data": [{"domain_id": id} for id in SCENARIOS]})

    def do_POST(self):
        given = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path in Service.failing:
            return self.answer({"message": "it failed"}, Service.failing[self.path])
        if self.path == "/api/ai/code":
            return self.answer({"code": CODE} if given == {"prompt": "Write hello world in Rust"} else {})
        if self.path == "/api/secure/client/user-login":
            Service.logins += 1
            assert given == {"data": {"clientId": "client-id", "secret": "client-secret"}}, given
            return self.answer({}, cookie="access_token=lumenore-token; HttpOnly")
        assert self.headers["Authorization"] == "Bearer lumenore-token", self.headers
        self.answer({"of": self.path.rsplit("/", 1)[1], "asked": given})

    def answer(self, document, status=200, cookie=None):
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if cookie:
            self.send_header("Set-Cookie", cookie)
        self.end_headers()
        self.wfile.write(body)


def post(port, path, body, **fields):
    """The status, the document and the fields of an answer."""
    fields = {name.replace("_", "-"): value for name, value in fields.items()}
    request = urllib.request.Request(
        "http://127.0.0.1:%d%s" % (port, path), json.dumps(body).encode(), {"Content-Type": "application/json"} | fields)
    try:
        answer = urllib.request.urlopen(request, timeout=30)
    except urllib.error.HTTPError as failure:
        answer = failure
    text = answer.read()
    return answer.status, json.loads(text) if text else None, answer.headers


def luna(port):
    """A call on `/mcp` whose method is a tool, and its statuses."""

    def call(method, params, token=TOKEN):
        message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        status, body, _ = post(port, "/mcp", message, **({"Authorization": "Bearer " + token} if token else {}))
        return status, body

    def result(value):
        return 200, {"jsonrpc": "2.0", "id": 1, "result": value}

    assert call("code_gen", {"prompt": "Write hello world in Rust"}) == result(CODE)
    address = "https://github.com/tensorflow/tensorflow"
    assert call("git_clone", {"url": address}) == result({"path": "tensorflow"})
    assert call("img_bw", {"image_url": "https://picsum.photos/200"}) == result("iVBORw0KGgo=")
    for token in None, "another-token-of-nobody":
        status, body = call("code_gen", {"prompt": "x"}, token)
        assert status == 401 and body["detail"] == "invalid token", (status, body)
    assert call("no_such_tool", {}) == (404, {"detail": "tool_not_found"})
    status, body = call("code_gen", {})
    assert status == 400 and body["detail"].startswith("Parameter error: "), (status, body)
    Service.failing = {"/api/ai/voice": 500, "/api/ai/code": 500}
    status, body = call("voice_speak", {"text": "Hello"})
    assert status == 502 and body["detail"].startswith("Upstream "), (status, body)
    # A snippet stands for code that nobody wrote, and says so itself.
    status, body = call("code_gen", {"prompt": "Write hello world in Rust"})
    assert status == 200 and body["result"].startswith("# Not generated."), (status, body)
    Service.failing = {}
    with urllib.request.urlopen("http://127.0.0.1:%d/healthz" % port) as answer:
        health = json.load(answer)
    assert health["ok"] is True and health["tool_count"] > 0, health
    print("luna: code_gen, git_clone, img_bw and each failure")


class Assistant:
    """A client of MCP with a session."""

    def __init__(self, port):
        self.port, self.fields, self.last = port, {"Accept": "application/json, text/event-stream"}, 0
        self.fields["Authorization"] = "Bearer " + TOKEN
        hello = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "example", "version": "1"}}
        _, fields = self.ask("initialize", hello)
        self.fields["Mcp-Session-Id"] = fields["Mcp-Session-Id"]

    def ask(self, method, params):
        self.last += 1
        message = {"jsonrpc": "2.0", "id": self.last, "method": method, "params": params}
        status, body, fields = post(self.port, "/mcp", message, **self.fields)
        assert status == 200 and body["id"] == self.last, (status, body)
        return body["result"], fields

    def call(self, tool, **arguments):
        result, _ = self.ask("tools/call", {"name": tool, "arguments": arguments})
        assert json.loads(result["content"][0]["text"]) == result["structuredContent"], result
        return result["isError"], result["structuredContent"]


def lumenore(port):
    """Each scenario begins with the datasets, and has its results with a status."""
    assistant = Assistant(port)
    for id, steps in SCENARIOS.items():
        failed, datasets = assistant.call("get_dataset_metadata")
        assert not failed and datasets["status"] == "success", datasets
        assert {"domain_id": id} in datasets["data"]["data"], datasets
        for tool, question in steps:
            given = {"userQuery": question, "schemaId": id}
            data = {"of": tool.replace("_", "-"), "asked": given}
            assert assistant.call(tool, **given) == (False, {"data": data, "status": "success"}), tool
    failed, result = assistant.call("get_trend_data", userQuery=" ", schemaId=35403)
    assert failed and result["status"] == "validation_error", result
    assert result["error"].startswith("Invalid request parameters: ") and result["schema_id"] == 35403, result
    Service.failing = {"/api/ai-engine/mcp/get-trend-data": 500}
    failed, result = assistant.call("get_trend_data", userQuery="Sales?", schemaId=35403)
    assert failed and result["status"] == "error" and result["query"] == "Sales?", result
    assert result["error"].startswith("Trend analysis failed: "), result
    assert Service.logins == 1, Service.logins
    print("lumenore: %d scenarios and each kind of failure" % len(SCENARIOS))


def main():
    binary, folder = os.path.abspath(sys.argv[1]), os.path.realpath(sys.argv[2])
    # A plugin that others may change is not offered.
    os.chmod(folder, 0o755)
    plugins = os.path.join(folder, "plugins")
    os.mkdir(plugins, 0o755)
    for name, values in PLUGINS.items():
        path = os.path.join(plugins, name + ".sh")
        with open(path, "w") as file:
            file.write(STAND_IN % values)
        os.chmod(path, 0o755)
    service = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Service)
    threading.Thread(target=service.serve_forever, daemon=True).start()
    url = "http://127.0.0.1:%d" % service.server_port
    gateway = Gateway(
        binary, folder, LUMA_AUTH_TOKENS="client:write:" + TOKEN, LUMA_PLUGINS_DIR=plugins, LUMA_LUNA_ENDPOINT="true",
        LUNA_URL=url, SERVER_URL=url, LUMENORE_CLIENT_ID="client-id", LUMENORE_SECRET="client-secret")

    def offered():
        request = urllib.request.Request(
            "http://127.0.0.1:%d/tools/" % gateway.port, headers={"Authorization": "Bearer " + TOKEN})
        with urllib.request.urlopen(request) as answer:
            return {tool["name"] for tool in json.load(answer)["tools"]}

    eventually("the plugins are there", lambda: offered() >= {name + "__run" for name in PLUGINS}, offered, seconds=60)
    luna(gateway.port)
    lumenore(gateway.port)
    gateway.end()


if __name__ == "__main__":
    main()
