"""What one would write in Python with FastMCP: the one tool that is compared."""

import json
import os

from fastmcp import FastMCP

with open(os.environ["BENCH_TEMPLATES"], "rb") as file:
    templates = json.load(file)

server = FastMCP("peer")


@server.tool
def list_templates() -> dict:
    """Lists the kinds of event."""
    return templates


app = server.http_app(path="/mcp", stateless_http=True, json_response=True)
