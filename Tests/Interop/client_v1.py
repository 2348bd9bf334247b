"""Plays the journeys with the client of mcp 1.x, in every revision with a handshake: client_v1.py <binary>."""

import asyncio
import contextlib
import sys
from datetime import timedelta

import anyio
from mcp import ClientSession, McpError, types
from mcp.client import session as client_session
from mcp.client.sse import sse_client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client

from gateway import Gateway

EVENT = {"name": "Interop coffee", "start_at": "2030-06-01T18:00", "timezone": "Europe/Berlin"}
REVISIONS = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"]


async def agree(context, params):
    return types.ElicitResult(action="accept", content={"confirm": True})


def structured(result):
    """The structured result, from its text where the revision has nothing else."""
    import json
    return result.structuredContent or json.loads(result.content[0].text)


async def journey(session, revision, heard):
    tools = (await session.list_tools()).tools
    assert all(tool.outputSchema for tool in tools) == (revision >= "2025-06-18")
    await session.send_ping()
    await session.set_logging_level("warning")
    assert (await session.list_prompts()).prompts and (await session.list_resources()).resources
    id = structured(await session.call_tool("create_event", EVENT))["event"]["id"]
    await session.subscribe_resource(f"luma://events/{id}")
    await asyncio.sleep(0.2)
    seen = []

    async def progress(done, total, message):
        seen.append(done)

    found = structured(await session.call_tool("search", {"query": "coffee"}, progress_callback=progress))
    assert id in [entry["id"] for entry in found["results"]] and seen, (found, seen)
    await session.call_tool("update_event", {"event_id": id, "name": "Interop coffee, moved"})
    with anyio.fail_after(5):
        await heard.wait()
    done = structured(await session.call_tool("cancel_event", {"event_id": id}))
    if revision >= "2025-06-18":
        assert done["status"] == "canceled", done
    else:
        assert done["status"] == "needs_confirmation", done
        done = structured(await session.call_tool("cancel_event", {"event_id": id, "confirm": done["confirm"]}))
        assert done["status"] == "canceled", done
    try:
        await session.get_prompt("none")
        raise AssertionError("got a prompt that is not there")
    except McpError as error:
        assert error.error.code == -32602, error


@contextlib.asynccontextmanager
async def connected(transport, heard):
    async def hear(message):
        if isinstance(message, types.ServerNotification):
            if isinstance(message.root, types.ResourceUpdatedNotification):
                heard.set()

    async with transport as streams:
        async with ClientSession(
            streams[0], streams[1], read_timeout_seconds=timedelta(seconds=10), elicitation_callback=agree,
            message_handler=hear,
        ) as session:
            yield session


async def main(binary):
    gateway = Gateway(binary).start()
    stdio = StdioServerParameters(command=binary, args=["mcp"], env=gateway.environment)
    transports = {
        "http": lambda: streamable_http_client(gateway.url + "/mcp"), "sse": lambda: sse_client(gateway.url + "/sse"),
        "stdio": lambda: stdio_client(stdio),
    }
    try:
        for name, transport in transports.items():
            for revision in REVISIONS:
                client_session.types.LATEST_PROTOCOL_VERSION = revision
                heard = anyio.Event()
                async with connected(transport(), heard) as session:
                    agreed = (await session.initialize()).protocolVersion
                    assert agreed == revision, agreed
                    await journey(session, revision, heard)
                print(f"mcp 1.x {name} {revision}")
    finally:
        gateway.stop()


asyncio.run(main(sys.argv[1]))
