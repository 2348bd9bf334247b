"""Lists, creates and reads an event through a framework's own way to MCP: frameworks.py <framework> <binary>.

Each framework makes tools of its own out of the gateway's schemas, and some drop a tool whose schema they cannot read: all
must be there, and three must work as a model would call them.
"""

import asyncio
import http.server
import json
import re
import sys
import threading

import gateway

TOOLS = gateway.offered_tools()
EVENT = {"name": "Tea with frameworks", "start_at": "2030-05-01T18:00", "timezone": "Asia/Tokyo", "max_capacity": 12}


def check_names(names):
    missing, unknown = TOOLS - set(names), set(names) - TOOLS
    assert not missing and not unknown, f"missing {sorted(missing)}, unknown {sorted(unknown)}"


async def play(names, call):
    """`call` takes a tool's name and arguments and gives what a model would read, as text."""
    check_names(names)
    await call("list_events", {"limit": 2})
    made = await call("create_event", EVENT)
    found = re.search(r"evt-[A-Za-z0-9]+", made)
    assert found, made
    event = await call("get_event", {"event_id": found.group()})
    assert EVENT["name"] in event and "12" in event, event
    renamed = await call("update_event", {"event_id": found.group(), "name": "Coffee with frameworks"})
    assert "Coffee with frameworks" in renamed and "12" in renamed, f"the capacity is gone: {renamed}"
    preview = await call("cancel_event", {"event_id": found.group()})
    assert "Coffee with frameworks" in preview, preview


def text(value):
    return value if isinstance(value, str) else json.dumps(value, default=str)


async def smolagents(url):
    from smolagents import ToolCollection

    def run():
        with ToolCollection.from_mcp(
            {"url": url, "transport": "streamable-http"}, trust_remote_code=True, structured_output=True) as collection:
            tools = {tool.name: tool for tool in collection.tools}

            async def call(name, arguments):
                return text(tools[name](**arguments))
            asyncio.run(play(tools, call))
    await asyncio.to_thread(run)


async def crewai(url):
    from crewai_tools import MCPServerAdapter

    def run():
        with MCPServerAdapter({"url": url, "transport": "streamable-http"}) as adapted:
            tools = {tool.name: tool for tool in adapted}

            async def call(name, arguments):
                return text(tools[name].run(**arguments))
            asyncio.run(play(tools, call))
    await asyncio.to_thread(run)


async def autogen(url):
    from autogen_core import CancellationToken
    from autogen_ext.tools.mcp import StreamableHttpServerParams, mcp_server_tools

    tools = {tool.name: tool for tool in await mcp_server_tools(StreamableHttpServerParams(url=url))}

    async def call(name, arguments):
        return tools[name].return_value_as_string(await tools[name].run_json(arguments, CancellationToken()))
    await play(tools, call)


async def semantic_kernel(url):
    from semantic_kernel import Kernel
    from semantic_kernel.connectors.mcp import MCPStreamableHttpPlugin

    async with MCPStreamableHttpPlugin(name="luma", url=url, load_prompts=False) as plugin:
        kernel = Kernel()
        functions = kernel.add_plugin(plugin).functions

        async def call(name, arguments):
            result = await kernel.invoke(functions[name], **arguments)
            return "\n".join(str(part) for part in result.value) if isinstance(result.value, list) else str(result)
        await play(functions, call)


class Model(http.server.BaseHTTPRequestHandler):
    """Stands in for Gemini: asks for the call that `wanted` names, and answers with what came of it."""

    wanted = None
    offered = []

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        Model.offered = [declaration["name"] for tool in asked["tools"] for declaration in tool["functionDeclarations"]]
        last = asked["contents"][-1]["parts"][0]
        name, arguments = Model.wanted
        part = {"text": json.dumps(last["functionResponse"])} if "functionResponse" in last else {
            "functionCall": {"name": name, "args": arguments}}
        body = json.dumps({"candidates": [{"content": {"role": "model", "parts": [part]}, "finishReason": "STOP"}]}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


async def google_genai(url):
    from google import genai
    from mcp import ClientSession
    from mcp.client import streamable_http

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Model)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    client = genai.Client(api_key="none", http_options={"base_url": f"http://127.0.0.1:{server.server_port}"})
    connect = getattr(streamable_http, "streamable_http_client", None) or streamable_http.streamablehttp_client
    async with connect(url) as streams, ClientSession(streams[0], streams[1]) as session:
        await session.initialize()

        async def call(name, arguments):
            Model.wanted = (name, arguments)
            answer = await client.aio.models.generate_content(
                model="model", contents="Go on.", config={"tools": [session]})
            check_names(Model.offered)
            return answer.text
        await play(TOOLS, call)
    server.shutdown()


FRAMEWORKS = {
    "smolagents": smolagents, "crewai": crewai, "autogen": autogen, "semantic_kernel": semantic_kernel, "google_genai": google_genai,
}


def main():
    name, binary = sys.argv[1:]
    served = gateway.Gateway(binary).start()
    try:
        asyncio.run(FRAMEWORKS[name](served.url + "/mcp"))
    finally:
        served.stop()
    print(f"{name}: all {len(TOOLS)} tools are there; list, create, get, update and the preview of a cancel work", flush=True)


main()
