"""The scenario of a server that keeps no state (2026-07-28), all thirty checks of it."""

import threading
import time

from scenarios import scenario
from wire import MODERN, PREFIX

VERSION, CAPABILITIES = PREFIX + "protocolVersion", PREFIX + "clientCapabilities"
INFO, SUBSCRIPTION = PREFIX + "clientInfo", PREFIX + "subscriptionId"


@scenario(MODERN)
def server_stateless(both):
    for check in envelopes, discovery, versions, capabilities, removed_methods, streams, subscriptions:
        check(both)


def envelopes(both):
    whole = {VERSION: MODERN, INFO: {"name": "w", "version": "1"}, CAPABILITIES: {}}
    for missing in None, VERSION, CAPABILITIES:
        meta = {key: value for key, value in whole.items() if key != missing}
        params = {} if missing is None else {"_meta": meta}
        status, error = both.wire.error("server/discover", params, meta=None)
        assert (status, error["code"]) == (400, -32602), (missing, status, error)
    del whole[INFO]
    status, [message] = both.wire.modern("server/discover", {"_meta": whole}, meta=None)
    assert status == 200 and "result" in message, message


def discovery(both):
    found = both.result("server/discover")
    assert MODERN in found["supportedVersions"], found
    info = found["_meta"][PREFIX + "serverInfo"]
    assert info["name"] and info["version"], info
    offered = found["capabilities"]
    assert {"tools", "prompts", "resources", "completions"} <= set(offered), offered
    assert offered["tools"]["listChanged"] and offered["prompts"]["listChanged"] and offered["resources"]["subscribe"]
    for method in "tools/list", "prompts/list", "resources/list":
        assert both.result(method)


def versions(both):
    supported = both.result("server/discover")["supportedVersions"]
    for unknown in "v999.0.0", "2027-01-01":
        status, error = both.wire.error("server/discover", {}, {VERSION: unknown}, {"MCP-Protocol-Version": unknown})
        assert (status, error["code"]) == (400, -32022), (status, error)
        assert error["data"]["requested"] == unknown and set(error["data"]["supported"]) <= set(supported), error
    status, error = both.wire.error("server/discover", {}, {VERSION: "v999.0.0"})
    assert (status, error["code"]) == (400, -32020), (status, error)


def capabilities(both):
    status, error = both.wire.error("tools/call", {"name": "test_missing_capability", "arguments": {}}, {CAPABILITIES: {}})
    assert (status, error["code"]) == (400, -32021), (status, error)
    assert error["data"]["requiredCapabilities"] == {"sampling": {}}, error


def removed_methods(both):
    for method in (
            "initialize", "ping", "logging/setLevel", "resources/subscribe", "resources/unsubscribe", "unknown/method"):
        status, error = both.wire.error(method)
        assert (status, error["code"]) == (404, -32601), (method, status, error)


def streams(both):
    heard = both.heard("tools/call", {
        "name": "test_streaming_elicitation", "arguments": {}, "_meta": {"progressToken": "s", CAPABILITIES: {"elicitation": {}}}})
    assert len(heard) == 2 and heard[0]["method"] == "notifications/progress", heard
    assert heard[1]["result"]["resultType"] == "input_required", heard
    for level, lines in (None, 0), ("debug", 1), ("info", 1), ("error", 0):
        meta = {PREFIX + "logLevel": level} if level else {}
        heard = both.heard("tools/call", {"name": "test_logging_tool", "arguments": {}, "_meta": meta})
        assert len(heard) == lines + 1, (level, heard)
    status, error = both.wire.error("tools/call", {"name": "test_logging_tool"}, {PREFIX + "logLevel": "loud"})
    assert (status, error["code"]) == (400, -32602), (status, error)


class Listener(threading.Thread):
    """A stream of changes, with what it carries."""

    def __init__(self, both, id, **wanted):
        super().__init__()
        self.response = both.wire.open("subscriptions/listen", {"notifications": wanted}, id=id, timeout=1)
        assert self.response.headers["content-type"].startswith("text/event-stream")
        self.heard = []
        self.incoming = both.wire.keep(MODERN, None, self.response)
        first = next(self.incoming)
        assert first["method"] == "notifications/subscriptions/acknowledged", first
        assert first["params"]["notifications"] == wanted, first
        self.heard.append(first)
        self.start()

    def run(self):
        try:
            self.heard.extend(self.incoming)
        except (OSError, ValueError, AttributeError):
            pass

    def methods(self):
        return [message["method"].removeprefix("notifications/") for message in self.heard[1:]]


def subscriptions(both):
    tools = Listener(both, "tools", toolsListChanged=True)
    prompts = Listener(both, 17, promptsListChanged=True)
    watched = Listener(both, "watched", resourceSubscriptions=["test://watched-resource"])
    for tool in "tool_change", "prompt_change", "resource_update":
        both.call("test_trigger_" + tool, {})
    time.sleep(0.3)
    for listener, id, methods in (
            (tools, "tools", ["tools/list_changed"]), (prompts, 17, ["prompts/list_changed"]),
            (watched, "watched", ["resources/updated"])):
        assert listener.methods() == methods, listener.heard
        assert all(message["params"]["_meta"][SUBSCRIPTION] == id for message in listener.heard), listener.heard
        listener.response.close()
