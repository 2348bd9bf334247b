"""The scenarios of results that want input first (2026-07-28)."""

from scenarios import scenario
from wire import ABLE, MODERN, PREFIX


def accept(**content):
    return {"action": "accept", "content": content}


SAMPLE = {"role": "assistant", "content": {"type": "text", "text": "Hello there!"}, "model": "m", "stopReason": "endTurn"}
ROOTS = {"roots": [{"uri": "file:///test/root", "name": "Test Root"}]}


def tool(name, **more):
    return {"name": "test_input_required_result_" + name, "arguments": {}} | more


def wants(result, *keys):
    assert result["resultType"] == "input_required" and list(result["inputRequests"]) == list(keys), result
    return result["inputRequests"]


def again(params, result, **responses):
    """The same request with the client's answers."""
    more = {"inputResponses": responses}
    if "requestState" in result:
        more["requestState"] = result["requestState"]
    return params | more


def two_rounds(both, name, key, method, response, words):
    params = tool(name)
    first = both.result("tools/call", params)
    assert wants(first, key)[key]["method"] == method, first
    last = both.result("tools/call", again(params, first, **{key: response}))
    assert last["resultType"] == "complete" and words in last["content"][0]["text"], last


@scenario(MODERN)
def input_required_result_basic_elicitation(both):
    two_rounds(both, "elicitation", "user_name", "elicitation/create", accept(name="Alice"), "Hello, Alice!")


@scenario(MODERN)
def input_required_result_basic_sampling(both):
    two_rounds(both, "sampling", "capital_question", "sampling/createMessage", SAMPLE, "Hello there!")


@scenario(MODERN)
def input_required_result_basic_list_roots(both):
    two_rounds(both, "list_roots", "client_roots", "roots/list", ROOTS, "file:///test/root")


@scenario(MODERN)
def input_required_result_request_state(both):
    assert isinstance(both.result("tools/call", tool("request_state"))["requestState"], str)
    two_rounds(both, "request_state", "confirm", "elicitation/create", accept(ok=True), "state-ok")


@scenario(MODERN)
def input_required_result_multiple_input_requests(both):
    params = tool("multiple_inputs")
    first = both.result("tools/call", params)
    requests = wants(first, "user_name", "greeting", "client_roots")
    assert [one["method"] for one in requests.values()] == ["elicitation/create", "sampling/createMessage", "roots/list"]
    assert first["requestState"]
    last = both.result(
        "tools/call", again(params, first, user_name=accept(name="Alice"), greeting=SAMPLE, client_roots=ROOTS))
    assert last["resultType"] == "complete", last


@scenario(MODERN)
def input_required_result_multi_round(both):
    params = tool("multi_round")
    first = both.result("tools/call", params)
    wants(first, "step1")
    second = both.result("tools/call", again(params, first, step1=accept(name="Alice")))
    wants(second, "step2")
    assert first["requestState"] != second["requestState"]
    last = both.result("tools/call", again(params, second, step2=accept(color="blue")))
    assert last["content"][0]["text"] == "Alice likes blue", last


@scenario(MODERN)
def input_required_result_missing_input_response(both):
    params = tool("elicitation", inputResponses={"wrong_key": accept(name="Alice")})
    wants(both.result("tools/call", params), "user_name")


@scenario(MODERN)
def input_required_result_non_tool_request(both):
    params = {"name": "test_input_required_result_prompt"}
    first = both.result("prompts/get", params)
    wants(first, "user_context")
    last = both.result("prompts/get", again(params, first, user_context=accept(context="tests")))
    assert last["messages"][0]["content"]["text"] == "Context: tests", last


@scenario(MODERN)
def input_required_result_result_type(both):
    assert both.result("tools/call", tool("elicitation"))["resultType"] == "input_required"


@scenario(MODERN)
def input_required_result_unsupported_methods(both):
    for method in "tools/list", "prompts/list", "resources/list", "resources/templates/list", "server/discover":
        assert both.result(method)["resultType"] == "complete"


@scenario(MODERN)
def input_required_result_tampered_state(both):
    params = tool("tampered_state")
    state = both.result("tools/call", params)["requestState"]
    for tampered in state + "-TAMPERED", state[:-1], ("B" if state[0] == "A" else "A") + state[1:], "":
        status, error = both.wire.error(
            "tools/call", params | {"inputResponses": {"confirm": accept(ok=True)}, "requestState": tampered})
        assert (status, error["code"]) == (400, -32602), (status, error)


@scenario(MODERN)
def input_required_result_capability_check(both):
    meta = {PREFIX + "clientCapabilities": {"sampling": {}}}
    wants(both.result("tools/call", tool("capabilities", _meta=meta)), "greeting")
    wants(both.result("tools/call", tool("capabilities", _meta={PREFIX + "clientCapabilities": ABLE})), "user_name", "greeting")


@scenario(MODERN)
def input_required_result_ignore_extra_params(both):
    last = both.result("tools/call", tool("elicitation", inputResponses={
        "user_name": accept(name="Alice"), "unknown_extra_key": accept(foo="bar"), "another": accept(baz=123)}))
    assert last["content"][0]["text"] == "Hello, Alice!", last


@scenario(MODERN)
def input_required_result_validate_input(both):
    for wrong in 12345, "Alice", [], {}, {"action": "perhaps"}, {"action": "accept", "content": 7}, accept(), accept(name=7):
        last = both.heard("tools/call", tool("elicitation", inputResponses={"user_name": wrong}))[-1]
        assert "error" in last or last["result"]["resultType"] == "input_required", (wrong, last)
    wants(both.result("tools/call", tool("elicitation", inputResponses=None)), "user_name")
