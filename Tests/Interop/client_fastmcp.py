"""Plays the journeys with the client of fastmcp: client_fastmcp.py <binary>."""

import asyncio
import contextlib
import sys

import anyio
import mcp.client.session
from fastmcp import Client
from fastmcp.client.elicitation import ElicitResult
from fastmcp.client.transports import SSETransport, StdioTransport, StreamableHttpTransport
from mcp import types

import journey


class Peer:
    def __init__(self, client):
        self.client = client
        self.revision = client.protocol_version
        self.heard = anyio.Event()
        self.tools_changed = anyio.Event()

    async def tools(self):
        return {tool.name: tool.output_schema for tool in await self.client.list_tools()}

    async def resources(self):
        return [str(resource.uri) for resource in await self.client.list_resources()]

    async def templates(self):
        return [item.uri_template for item in await self.client.list_resource_templates()]

    async def prompts(self):
        return [prompt.name for prompt in await self.client.list_prompts()]

    async def prompt(self, name, arguments):
        return (await self.client.get_prompt(name, arguments)).messages[0].content.text

    async def complete_prompt(self, name, argument, value):
        reference = types.PromptReference(type="ref/prompt", name=name)
        return (await self.client.complete(reference, {"name": argument, "value": value})).values

    async def complete_template(self, uri, argument, value):
        reference = types.ResourceTemplateReference(type="ref/resource", uri=uri)
        return (await self.client.complete(reference, {"name": argument, "value": value})).values

    async def ping(self):
        assert await self.client.ping()

    async def level(self, level):
        await self.client.set_logging_level(level)

    async def read(self, uri):
        return (await self.client.read_resource(uri))[0].text

    async def call(self, name, arguments, progress=None):
        result = await self.client.call_tool(name, arguments, progress_handler=progress, raise_on_error=False)
        return journey.Result(result.content[0].text, result.structured_content, result.is_error)

    @contextlib.asynccontextmanager
    async def watching(self, uri):
        if self.revision == journey.MODERN:
            # Its own client does not listen; the session under it does.
            async with mcp.client.subscriptions.listen(self.client.session, resource_subscriptions=[uri]) as subscription:
                async with anyio.create_task_group() as group:
                    group.start_soon(self.hear, subscription, uri)
                    yield self.heard
            return
        await self.client.session.subscribe_resource(uri)
        # Over HTTP the stream for news is opened on the side.
        await asyncio.sleep(0.2)
        yield self.heard
        await self.client.session.unsubscribe_resource(uri)

    async def hear(self, subscription, uri):
        async for event in subscription:
            if uri in str(event):
                return self.heard.set()

    @contextlib.asynccontextmanager
    async def hearing_of_tools(self):
        if self.revision == journey.MODERN:
            async with mcp.client.subscriptions.listen(self.client.session, tools_list_changed=True) as subscription:
                yield subscription.__anext__
            return
        # Over HTTP the stream for news is opened on the side.
        await asyncio.sleep(0.2)
        yield self.next_tools

    async def next_tools(self):
        await self.tools_changed.wait()
        self.tools_changed = anyio.Event()

    async def give_up(self, name, arguments):
        with anyio.move_on_after(0.2):
            await self.client.call_tool(name, arguments)
            raise AssertionError("the line is not held")


def connector(transport, mode, revision):
    @contextlib.asynccontextmanager
    async def connect(answer=None):
        async def elicit(message, response_type, params, context):
            return ElicitResult(action=answer, content={"confirm": True} if answer == "accept" else None)

        async def hear(message):
            if isinstance(getattr(message, "root", message), types.ResourceUpdatedNotification):
                peer.heard.set()
            elif isinstance(getattr(message, "root", message), types.ToolListChangedNotification):
                peer.tools_changed.set()

        if mode == "legacy":
            # What a client of that revision would ask for.
            mcp.client.session.LATEST_HANDSHAKE_VERSION = revision
        more = {"elicitation_handler": elicit} if answer else {}
        async with Client(transport(), mode=mode, timeout=10, message_handler=hear, **more) as client:
            peer = Peer(client)
            yield peer
    return connect


def variants(gateway):
    transports = {
        "http": lambda: StreamableHttpTransport(gateway.url + "/mcp"),
        "stdio": lambda: StdioTransport(gateway.binary, ["mcp"], env=gateway.environment, keep_alive=False),
        "sse": lambda: SSETransport(gateway.url + "/sse")}
    for name, transport in transports.items():
        if name != "sse":
            for mode in "auto", journey.MODERN:
                yield f"{name} {mode}:", connector(transport, mode, journey.MODERN), journey.MODERN, name
        for revision in journey.HANDSHAKES:
            yield name, connector(transport, "legacy", revision), revision, name


asyncio.run(journey.main("fastmcp", sys.argv[1], variants))
