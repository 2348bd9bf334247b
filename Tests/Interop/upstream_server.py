"""A server of a real SDK for the gateway to stand before: upstream_server.py v1|v2|fastmcp stdio|PORT."""

import asyncio
import os
import sys

kind, way = sys.argv[1:]
if kind == "v1":
    from mcp.server.fastmcp import Context, FastMCP as Server
    from mcp.server.streamable_http import EventMessage, EventStore
elif kind == "v2":
    from mcp.server import MCPServer as Server
    from mcp.server.mcpserver import Context
else:
    from fastmcp import Context, FastMCP as Server

if kind == "v1" and way != "stdio":

    class Events(EventStore):
        """What was sent, for whoever goes on from one of it."""

        def __init__(self):
            self.events = []

        async def store_event(self, stream_id, message):
            self.events.append((stream_id, message))
            return str(len(self.events))

        async def replay_events_after(self, last_event_id, send_callback):
            last = int(last_event_id)
            stream = self.events[last - 1][0]
            for number, (stream_id, message) in enumerate(self.events[last:], last + 1):
                if stream_id == stream and message is not None:
                    await send_callback(EventMessage(message, str(number)))
            return stream

    server = Server("real", port=int(way), event_store=Events(), retry_interval=100)

    @server.tool()
    async def polled(ctx: Context) -> str:
        """Ends the stream before the answer."""
        await ctx.close_sse_stream()
        await asyncio.sleep(0.3)
        return "polled"

else:
    server = Server("real")


@server.tool()
def echo(text: str) -> str:
    """Gives back what it is given."""
    return text


@server.tool()
def process() -> int:
    """The number of the server's process."""
    return os.getpid()


@server.tool()
async def steps(ctx: Context) -> str:
    """Tells how far it is."""
    for step in range(3):
        await ctx.report_progress(step + 1, 3)
        await asyncio.sleep(0.05)
    return "done"


@server.tool()
async def slow(seconds: float) -> str:
    """Takes its time."""
    await asyncio.sleep(seconds)
    return "late"


@server.tool()
def boom() -> str:
    """Fails."""
    raise ValueError("it is broken")


@server.prompt()
def greet(who: str) -> str:
    """Greets somebody."""
    return f"Greet {who}"


@server.resource(f"real-{kind}-{'program' if way == 'stdio' else 'http'}://note")
def note() -> str:
    """A note."""
    return f"a note of {kind}"


if kind == "v2":
    from typing import Annotated

    from mcp.server.mcpserver.resolve import Elicit, Resolve
    from pydantic import BaseModel

    class Size(BaseModel):
        size: str

    def ask():
        return Elicit("Which size?", Size)

    @server.tool()
    async def order(answer: Annotated[Size, Resolve(ask)]) -> str:
        """Asks before it answers."""
        return f"ordered {answer.size}"


if way == "stdio":
    server.run() if kind != "fastmcp" else server.run(show_banner=False)
elif kind == "v1":
    server.run("streamable-http")
elif kind == "v2":
    server.run("streamable-http", port=int(way))
else:
    server.run("http", port=int(way), show_banner=False)
