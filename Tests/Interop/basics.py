"""The scenarios of tools, resources, prompts and the transport, in both eras where both have them."""

import concurrent.futures
import json
import threading

from scenarios import ERAS, OLD, scenario
from wire import MODERN, Session

# Tools

@scenario(*ERAS)
def tools_list(both):
    tools = both.result("tools/list")["tools"]
    assert tools and all(
        tool["name"] and len(tool["name"]) <= 64 and tool["description"] and tool["inputSchema"]["type"] == "object"
        for tool in tools), tools


@scenario(*ERAS)
def tools_call_simple_text(both):
    content = both.call("test_simple_text")["content"]
    assert content == [{"type": "text", "text": "This is a simple text response for testing."}], content


@scenario(*ERAS)
def tools_call_image(both):
    [image] = both.call("test_image_content", {})["content"]
    assert image["type"] == "image" and image["data"] and image["mimeType"] == "image/png", image


@scenario(*ERAS)
def tools_call_audio(both):
    [audio] = both.call("test_audio_content", {})["content"]
    assert audio["type"] == "audio" and audio["data"] and audio["mimeType"] == "audio/wav", audio


@scenario(*ERAS)
def tools_call_embedded_resource(both):
    [embedded] = both.call("test_embedded_resource", {})["content"]
    resource = embedded["resource"]
    assert embedded["type"] == "resource" and resource["uri"] and resource["mimeType"] and resource["text"], embedded


@scenario(*ERAS)
def tools_call_mixed_content(both):
    kinds = [content["type"] for content in both.call("test_multiple_content_types", {})["content"]]
    assert kinds == ["text", "image", "resource"], kinds


@scenario(*ERAS)
def tools_call_error(both):
    result = both.call("test_error_handling", {})
    assert result["isError"] is True
    assert result["content"][0]["text"] == "This tool intentionally returns an error for testing", result


@scenario(*ERAS)
def tools_call_with_progress(both):
    heard = both.heard("tools/call", {
        "name": "test_tool_with_progress", "arguments": {}, "_meta": {"progressToken": "progress-test-1"}})
    told = [message["params"] for message in heard[:-1] if message["method"] == "notifications/progress"]
    assert [(one["progressToken"], one["progress"], one["total"]) for one in told] == [
        ("progress-test-1", done, 100) for done in (0, 50, 100)], heard
    assert "result" in heard[-1]


@scenario(OLD)
def tools_call_with_logging(both):
    session = both.session()
    assert session.result("logging/setLevel", {"level": "debug"}) == {}
    heard = session.ask("tools/call", {"name": "test_tool_with_logging", "arguments": {}})
    assert [message["params"]["level"] for message in heard[:-1]] == ["info"] * 3, heard


@scenario(OLD)
def tools_call_sampling(both):
    asked = []

    def answer(method, params):
        asked.append((method, params["messages"][0]["content"]["text"], params["maxTokens"]))
        return {
            "role": "assistant", "content": {"type": "text", "text": "A test"}, "model": "m", "stopReason": "endTurn"}

    result = both.session(answer).result("tools/call", {
        "name": "test_sampling", "arguments": {"prompt": "Test prompt for sampling"}})
    assert asked == [("sampling/createMessage", "Test prompt for sampling", 100)], asked
    assert result["content"][0]["text"] == "LLM response: A test", result


def elicited(both, tool, content, arguments={}):
    """The schema that a tool asks by, and what it makes of the answer."""
    asked = []

    def answer(method, params):
        assert method == "elicitation/create", method
        asked.append(params)
        return {"action": "accept", "content": content}

    result = both.session(answer).result("tools/call", {"name": tool, "arguments": arguments})
    [params] = asked
    return params, result["content"][0]["text"]


@scenario(OLD)
def tools_call_elicitation(both):
    params, text = elicited(
        both, "test_elicitation", {"username": "testuser", "email": "test@example.com"}, {"message": "Who are you?"})
    assert params["message"] == "Who are you?" and params["requestedSchema"]["required"] == ["username", "email"], params
    assert "testuser" in text, text


@scenario(OLD)
def elicitation_sep1034_defaults(both):
    params, _ = elicited(both, "test_elicitation_sep1034_defaults", {
        "name": "Jane Smith", "age": 25, "score": 88.0, "status": "inactive", "verified": False})
    properties = params["requestedSchema"]["properties"]
    assert {name: (one["type"], one["default"]) for name, one in properties.items()} == {
        "name": ("string", "John Doe"), "age": ("integer", 30), "score": ("number", 95.5),
        "status": ("string", "active"), "verified": ("boolean", True)}, properties
    assert properties["status"]["enum"] == ["active", "inactive", "pending"]


@scenario(OLD)
def elicitation_sep1330_enums(both):
    params, text = elicited(both, "test_elicitation_sep1330_enums", {
        "untitledSingle": "option1", "titledSingle": "value1", "legacyEnum": "opt1",
        "untitledMulti": ["option1", "option2"], "titledMulti": ["value1", "value2"]})
    ones = params["requestedSchema"]["properties"]
    assert ones["untitledSingle"] == {"type": "string", "enum": ["option1", "option2", "option3"]}, ones
    assert ones["titledSingle"]["type"] == "string" and "enum" not in ones["titledSingle"], ones
    assert all(set(one) == {"const", "title"} for one in ones["titledSingle"]["oneOf"]), ones
    assert len(ones["legacyEnum"]["enum"]) == len(ones["legacyEnum"]["enumNames"]) == 3, ones
    assert ones["untitledMulti"]["items"] == {"type": "string", "enum": ["option1", "option2", "option3"]}, ones
    assert all(set(one) == {"const", "title"} for one in ones["titledMulti"]["items"]["anyOf"]), ones
    assert "value2" in text, text


# Resources

@scenario(*ERAS)
def resources_list(both):
    resources = both.result("resources/list")["resources"]
    assert resources and all(one["uri"] and one["name"] and one["description"] for one in resources), resources
    assert not any("{" in one["uri"] for one in resources)


@scenario(*ERAS)
def resources_read_text(both):
    [content] = both.result("resources/read", {"uri": "test://static-text"})["contents"]
    assert content == {
        "uri": "test://static-text", "mimeType": "text/plain",
        "text": "This is the content of the static text resource."}, content


@scenario(*ERAS)
def resources_read_binary(both):
    [content] = both.result("resources/read", {"uri": "test://static-binary"})["contents"]
    assert content["uri"] == "test://static-binary" and content["mimeType"] == "image/png" and content["blob"], content


@scenario(*ERAS)
def resources_templates_read(both):
    [content] = both.result("resources/read", {"uri": "test://template/123/data"})["contents"]
    assert content["uri"] == "test://template/123/data" and json.loads(content["text"]) == {
        "id": "123", "templateTest": True, "data": "Data for ID: 123"}, content
    templates = both.result("resources/templates/list")["resourceTemplates"]
    assert [one["uriTemplate"] for one in templates] == ["test://template/{id}/data"], templates


@scenario(OLD)
def resources_subscribe(both):
    heard = watched(both, lambda session: session.result("resources/subscribe", {"uri": "test://watched-resource"}) == {})
    assert heard == ["test://watched-resource"], heard


@scenario(OLD)
def resources_unsubscribe(both):
    def subscribe(session):
        return all(session.result(f"resources/{word}", {"uri": "test://watched-resource"}) == {}
                   for word in ("subscribe", "unsubscribe"))

    assert watched(both, subscribe) == []


def watched(both, subscribe):
    """The resources that a session hears of on its stream, after one has changed."""
    session = both.session()
    stream = both.wire.send("GET", headers={"Accept": "text/event-stream", "Mcp-Session-Id": session.id}, timeout=1)
    heard = []

    def listen():
        try:
            for message in both.wire.keep(both.revision, None, stream):
                if message["method"] == "notifications/resources/updated":
                    heard.append(message["params"]["uri"])
        except TimeoutError:
            pass

    thread = threading.Thread(target=listen)
    thread.start()
    assert subscribe(session)
    session.result("tools/call", {"name": "test_trigger_resource_update"})
    thread.join()
    return heard


@scenario(MODERN)
def sep_2164_resource_not_found(both):
    uri = "test://nonexistent-resource-for-conformance-testing"
    _, error = both.wire.error("resources/read", {"uri": uri})
    assert error["code"] == -32602 and error["data"]["uri"] == uri, error


# Prompts

@scenario(*ERAS)
def prompts_list(both):
    prompts = both.result("prompts/list")["prompts"]
    assert prompts and all(one["name"] and one["description"] for one in prompts), prompts


@scenario(*ERAS)
def prompts_get_simple(both):
    assert both.result("prompts/get", {"name": "test_simple_prompt"})["messages"] == [
        {"role": "user", "content": {"type": "text", "text": "This is a simple prompt for testing."}}]


@scenario(*ERAS)
def prompts_get_with_args(both):
    result = both.result("prompts/get", {
        "name": "test_prompt_with_arguments", "arguments": {"arg1": "hello", "arg2": "world"}})
    text = result["messages"][0]["content"]["text"]
    assert text == "Prompt with arguments: arg1='hello', arg2='world'", text


@scenario(*ERAS)
def prompts_get_embedded_resource(both):
    result = both.result("prompts/get", {
        "name": "test_prompt_with_embedded_resource", "arguments": {"resourceUri": "test://example-resource"}})
    content = result["messages"][0]["content"]
    assert content["type"] == "resource" and content["resource"]["uri"] == "test://example-resource", content


@scenario(*ERAS)
def prompts_get_with_image(both):
    content = both.result("prompts/get", {"name": "test_prompt_with_image"})["messages"][0]["content"]
    assert content["type"] == "image" and content["data"] and content["mimeType"] == "image/png", content


@scenario(*ERAS)
def completion_complete(both):
    completion = both.result("completion/complete", {
        "ref": {"type": "ref/prompt", "name": "test_prompt_with_arguments"},
        "argument": {"name": "arg1", "value": "test"}})["completion"]
    assert completion["values"] == ["test", "testing"] and completion["total"] == 2 and not completion["hasMore"], completion


# The transport

@scenario(OLD)
def server_initialize(both):
    session = both.session()
    assert session.greeting["serverInfo"]["name"] and session.greeting["serverInfo"]["version"], session.greeting
    # Before 2025-03-26 completion was there without being told.
    wanted = {"tools", "prompts", "resources", "logging"} | ({"completions"} if both.revision > "2024-11-05" else set())
    assert wanted == set(session.greeting["capabilities"]), session.greeting


@scenario(OLD)
def ping(both):
    assert both.session().result("ping") == {}


@scenario(OLD)
def logging_set_level(both):
    assert both.session().result("logging/setLevel", {"level": "info"}) == {}


@scenario(*ERAS)
def server_sse_multiple_streams(both):
    """Three requests at once, each with an answer of its own; and three that stream at once."""
    session = None if both.is_modern else both.session()

    def ask(number, method, params):
        if both.is_modern:
            meta = {"progressToken": number} if params else {}
            return both.wire.modern(method, params, meta, {"Accept": "text/event-stream, application/json"}, number)[1]
        return session.ask(method, params | {"_meta": {"progressToken": number}} if params else {}, number)

    with concurrent.futures.ThreadPoolExecutor() as pool:
        for method, params in ("tools/list", {}), ("tools/call", {"name": "test_tool_with_progress", "arguments": {}}):
            for number, heard in enumerate(pool.map(lambda n: ask(n, method, params), range(1000, 1003)), 1000):
                assert heard[-1]["id"] == number and "result" in heard[-1], heard
                assert all(one["params"]["progressToken"] == number for one in heard[:-1]), heard
                assert len(heard) == (4 if params else 1), heard


@scenario(*ERAS)
def dns_rebinding_protection(both):
    wire = both.wire
    for host, statuses in ("evil.example.com", range(400, 500)), (f"localhost:{wire.port}", [200]):
        headers = {"Host": host, "Origin": f"http://{host}", "MCP-Protocol-Version": both.revision}
        if both.is_modern:
            status = wire.open("server/discover", headers=headers).status
        else:
            body = Session.body("initialize", {
                "protocolVersion": both.revision, "capabilities": {}, "clientInfo": {"name": "w", "version": "1"}})
            fields = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
            status = wire.send("POST", body, fields | headers).status
        assert status in statuses, (host, status)


@scenario(MODERN)
def caching(both):
    for method in "tools/list", "prompts/list", "resources/list", "resources/templates/list", "resources/read":
        result = both.result(method, {"uri": "test://static-text"} if method == "resources/read" else None)
        assert isinstance(result["ttlMs"], int) and result["ttlMs"] >= 0, result
        assert result["cacheScope"] in ("public", "private"), result
