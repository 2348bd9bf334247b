"""Plays the journeys with the client of mcp 1.x: client_v1.py <binary>."""

import asyncio
import contextlib
import sys
from datetime import timedelta

import anyio
from mcp import ClientSession, types
from mcp.client.sse import sse_client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client

import journey


class Peer:
    def __init__(self, session, revision):
        self.session = session
        self.revision = revision
        self.heard = anyio.Event()
        self.tools_changed = anyio.Event()

    async def tools(self):
        return {tool.name: tool.outputSchema for tool in (await self.session.list_tools()).tools}

    async def resources(self):
        return [str(resource.uri) for resource in (await self.session.list_resources()).resources]

    async def templates(self):
        return [item.uriTemplate for item in (await self.session.list_resource_templates()).resourceTemplates]

    async def prompts(self):
        return [prompt.name for prompt in (await self.session.list_prompts()).prompts]

    async def prompt(self, name, arguments):
        return (await self.session.get_prompt(name, arguments)).messages[0].content.text

    async def complete_prompt(self, name, argument, value):
        reference = types.PromptReference(type="ref/prompt", name=name)
        return (await self.session.complete(reference, {"name": argument, "value": value})).completion.values

    async def complete_template(self, uri, argument, value):
        reference = types.ResourceTemplateReference(type="ref/resource", uri=uri)
        return (await self.session.complete(reference, {"name": argument, "value": value})).completion.values

    async def ping(self):
        await self.session.send_ping()

    async def level(self, level):
        await self.session.set_logging_level(level)

    async def read(self, uri):
        return (await self.session.read_resource(uri)).contents[0].text

    async def call(self, name, arguments, progress=None):
        result = await self.session.call_tool(name, arguments, progress_callback=progress)
        return journey.Result(result.content[0].text, result.structuredContent, result.isError)

    @contextlib.asynccontextmanager
    async def watching(self, uri):
        await self.session.subscribe_resource(uri)
        # Over HTTP the stream for news is opened on the side.
        await asyncio.sleep(0.2)
        yield self.heard
        await self.session.unsubscribe_resource(uri)

    @contextlib.asynccontextmanager
    async def hearing_of_tools(self):
        # Over HTTP the stream for news is opened on the side.
        await asyncio.sleep(0.2)
        yield self.next_tools

    async def next_tools(self):
        await self.tools_changed.wait()
        self.tools_changed = anyio.Event()

    async def give_up(self, name, arguments):
        # This library has no way to cancel but to say so; its next request takes the next number.
        id = self.session._request_id
        async with anyio.create_task_group() as group:
            group.start_soon(self.session.call_tool, name, arguments)
            await asyncio.sleep(0.2)
            params = types.CancelledNotificationParams(requestId=id)
            await self.session.send_notification(
                types.ClientNotification(types.CancelledNotification(method="notifications/cancelled", params=params)))
            group.cancel_scope.cancel()


def connector(transport, revision):
    @contextlib.asynccontextmanager
    async def connect(answer=None):
        async def elicit(context, params):
            return types.ElicitResult(action=answer, content={"confirm": True} if answer == "accept" else None)

        async def hear(message):
            if isinstance(message, types.ServerNotification):
                if isinstance(message.root, types.ResourceUpdatedNotification):
                    peer.heard.set()
                elif isinstance(message.root, types.ToolListChangedNotification):
                    peer.tools_changed.set()

        # What a client of that revision would ask for.
        types.LATEST_PROTOCOL_VERSION = revision
        async with transport() as streams:
            async with ClientSession(
                streams[0], streams[1], read_timeout_seconds=timedelta(seconds=10), message_handler=hear,
                elicitation_callback=elicit if answer else None,
            ) as session:
                peer = Peer(session, (await session.initialize()).protocolVersion)
                yield peer
    return connect


def variants(gateway):
    stdio = StdioServerParameters(command=gateway.binary, args=["mcp"], env=gateway.environment)
    transports = {
        "http": lambda: streamable_http_client(gateway.url + "/mcp"), "sse": lambda: sse_client(gateway.url + "/sse"),
        "stdio": lambda: stdio_client(stdio)}
    for name, transport in transports.items():
        for revision in journey.HANDSHAKES:
            yield name, connector(transport, revision), revision, name


asyncio.run(journey.main("mcp 1.x", sys.argv[1], variants))
