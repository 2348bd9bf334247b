"""Plays the journeys with the client of mcp 2.x: client_v2.py <binary>. Ends with 1 at the first surprise."""

import asyncio
import json
import sys

import anyio
import mcp
from mcp import types
from mcp.client import Client
from mcp.client.sse import sse_client
from mcp.client.stdio import StdioServerParameters

from gateway import Gateway

EVENT = {"name": "Interop tea", "start_at": "2030-05-01T18:00", "timezone": "Asia/Tokyo"}


async def agree(context, params):
    return types.ElicitResult(action="accept", content={"confirm": True})


async def refuse(context, params):
    return types.ElicitResult(action="decline")


async def created(client):
    result = await client.call_tool("create_event", EVENT)
    assert not result.is_error, result
    return result.structured_content["event"]["id"]


async def lists(client):
    tools = {tool.name for tool in (await client.list_tools()).tools}
    assert {"list_events", "create_event", "cancel_event", "search", "fetch", "health"} <= tools, tools
    assert (await client.list_resources()).resources
    assert (await client.list_resource_templates()).resource_templates
    assert {prompt.name for prompt in (await client.list_prompts()).prompts} >= {"weekly_overview"}
    prompt = await client.get_prompt("plan_an_event", {"topic": "tea"})
    assert "tea" in prompt.messages[0].content.text
    completion = await client.complete(
        types.PromptReference(type="ref/prompt", name="plan_an_event"), {"name": "timezone", "value": "Europe/Ber"})
    assert "Europe/Berlin" in completion.completion.values, completion
    completion = await client.complete(
        types.ResourceTemplateReference(type="ref/resource", uri="luma://templates/{template_type}"),
        {"name": "template_type", "value": "w"})
    assert completion.completion.values == ["workshop", "webinar"], completion


async def works(client):
    id = await created(client)
    changed = await client.call_tool("update_event", {"event_id": id, "max_capacity": "30"})
    assert changed.structured_content["event"]["max_capacity"] == 30, changed
    made = await client.call_tool("create_event_from_template", EVENT | {"template_type": "workshop"})
    assert not made.is_error, made
    read = await client.read_resource(f"luma://events/{id}")
    assert json.loads(read.contents[0].text)["event"]["id"] == id
    seen = []

    async def progress(done, total, message):
        seen.append(done)

    found = await client.call_tool("search", {"query": "interop"}, progress_callback=progress)
    assert id in [entry["id"] for entry in found.structured_content["results"]], found
    assert seen, "no progress"
    fetched = await client.call_tool("fetch", {"id": id})
    assert fetched.structured_content["title"] == EVENT["name"], fetched
    wrong = await client.call_tool("create_event", {"nam": "x"})
    assert wrong.is_error and "name is required" in wrong.content[0].text, wrong
    missing = await client.call_tool("get_event", {"event_id": "evt-none"})
    assert missing.is_error, missing
    try:
        await client.read_resource("luma://events/evt-none")
        raise AssertionError("read what is not there")
    except mcp.MCPError as error:
        assert error.error.code in (-32002, -32602), error


async def cancels_by_token(client):
    id = await created(client)
    preview = (await client.call_tool("cancel_event", {"event_id": id})).structured_content
    assert preview["status"] == "needs_confirmation", preview
    bad = await client.call_tool("cancel_event", {"event_id": id, "confirm": preview["confirm"][:-2]})
    assert bad.is_error
    other = await created(client)
    assert (await client.call_tool("cancel_event", {"event_id": other, "confirm": preview["confirm"]})).is_error
    done = await client.call_tool("cancel_event", {"event_id": id, "confirm": preview["confirm"]})
    assert done.structured_content["status"] == "canceled", done


async def cancels_by_form(connect):
    async with connect(elicitation_callback=refuse) as client:
        id = await created(client)
        kept = await client.call_tool("cancel_event", {"event_id": id})
        assert kept.structured_content["status"] == "kept", kept
    async with connect(elicitation_callback=agree) as client:
        done = await client.call_tool("cancel_event", {"event_id": id})
        assert done.structured_content["status"] == "canceled", done


async def listens(connect, modern):
    heard = anyio.Event()

    async def hear(message):
        if isinstance(message, types.ResourceUpdatedNotification):
            heard.set()

    async with connect(message_handler=hear) as client:
        id = await created(client)
        uri = f"luma://events/{id}"
        if modern:
            async with client.listen(resource_subscriptions=[uri]) as subscription:
                await client.call_tool("update_event", {"event_id": id, "name": "Other"})
                with anyio.fail_after(5):
                    async for event in subscription:
                        assert uri in str(event), event
                        break
        else:
            await client.subscribe_resource(uri)
            await asyncio.sleep(0.3)
            await client.call_tool("update_event", {"event_id": id, "name": "Other"})
            with anyio.fail_after(5):
                await heard.wait()


async def main(binary):
    gateway = Gateway(binary).start()
    try:
        stdio = StdioServerParameters(command=binary, args=["mcp"], env=gateway.environment)
        transports = {
            "http": lambda: gateway.url + "/mcp", "http/": lambda: gateway.url + "/mcp/",
            "sse": lambda: sse_client(gateway.url + "/sse"), "stdio": lambda: stdio,
        }
        for name, transport in transports.items():
            for mode in ["auto", "legacy", "2026-07-28"]:
                if name == "sse" and mode != "legacy":
                    continue

                def connect(**more):
                    return Client(transport(), mode=mode, read_timeout_seconds=10, **more)

                async with connect() as client:
                    version = client.protocol_version
                    await lists(client)
                    await works(client)
                    await cancels_by_token(client)
                modern = version == "2026-07-28"
                await cancels_by_form(connect)
                await listens(connect, modern)
                print(f"mcp 2.x {name} {mode}: {version}")
        for mode in ["legacy", "2026-07-28"]:
            async with Client(gateway.url + "/mcp", mode=mode, read_timeout_seconds=10) as client:
                await client.list_tools()
                await anyio.to_thread.run_sync(gateway.restart)
                assert not (await client.call_tool("health", {})).is_error
                print(f"mcp 2.x restart in mid-session {mode}")
    finally:
        gateway.stop()


asyncio.run(main(sys.argv[1]))
