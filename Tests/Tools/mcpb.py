#!/usr/bin/env python3
"""mcpb.py BINARY BUNDLE: installs the bundle as a host does, and plays a conversation through it with a real gateway.

The host replaces ${__dirname} and ${user_config.*} in the manifest, starts the command, and speaks MCP with it by lines.
"""

import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import zipfile

TOKEN = "bridge-token-0123456789"
WAIT = 60


class Gateway:
    """A gateway with tokens, before its own emulator; `stop` and a new one on the same port are a restart."""

    def __init__(self, binary, folder, port=0):
        environment = {
            "PATH": os.environ["PATH"], "LUMA_SANDBOX": "true", "LUMA_PORT": str(port), "LUMA_DATA_DIR": str(folder),
            "LUMA_AUTH_TOKENS": f"desktop:write:{TOKEN}",
        }
        self.process = subprocess.Popen([binary, "serve"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.address = ""
        for line in self.process.stdout:
            found = re.search(r"http://[\w.\[\]:]+:(\d+)", line)
            if found:
                self.port = int(found.group(1))
                self.address = f"http://127.0.0.1:{self.port}"
                break
        assert self.address, "the gateway did not start"

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(WAIT) == 0


class Host:
    """What Claude Desktop does with an installed bundle."""

    def __init__(self, folder, config):
        manifest = json.loads((folder / "manifest.json").read_text())
        server = manifest["server"]
        assert (folder / server["entry_point"]).is_file(), "the entry point is not in the bundle"

        def filled(text):
            text = text.replace("${__dirname}", str(folder))
            return re.sub(r"\$\{user_config\.(\w+)\}", lambda match: config.get(match.group(1), ""), text)

        launch = server["mcp_config"]
        environment = {"PATH": os.environ["PATH"]} | {name: filled(value) for name, value in launch["env"].items()}
        self.process = subprocess.Popen(
            [launch["command"]] + [filled(argument) for argument in launch["args"]], env=environment, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.number = 0

    def send(self, message):
        self.process.stdin.write(json.dumps(message) + "\n")
        self.process.stdin.flush()

    def call(self, method, **parameters):
        self.number += 1
        self.send({"jsonrpc": "2.0", "id": self.number, "method": method, "params": parameters})
        while True:
            line = self.process.stdout.readline()
            assert line, f"the bridge ended: {self.process.stderr.read()}"
            message = json.loads(line)
            if message.get("id") == self.number and "method" not in message:
                return message

    def shake_hands(self):
        answer = self.call(
            "initialize", protocolVersion="2025-06-18", capabilities={}, clientInfo={"name": "host", "version": "1"})
        if "result" in answer:
            self.send({"jsonrpc": "2.0", "method": "notifications/initialized"})
        return answer

    def end(self):
        self.process.stdin.close()
        return self.process.wait(WAIT)


def conversation(binary, bundle, scratch):
    installed = scratch / "installed"
    zipfile.ZipFile(bundle).extractall(installed)
    manifest = json.loads((installed / "manifest.json").read_text())
    for name in ("manifest_version", "name", "version", "description", "author", "server"):
        assert name in manifest, f"the manifest lacks {name}"
    assert (installed / manifest["icon"]).is_file(), "the icon is not in the bundle"
    assert manifest["user_config"]["gateway_token"]["sensitive"] is True

    gateway = Gateway(binary, scratch / "data")
    host = Host(installed, {"gateway_url": gateway.address, "gateway_token": TOKEN})
    try:
        greeting = host.shake_hands()
        assert "result" in greeting, greeting
        assert greeting["result"]["serverInfo"]["name"] == "luma-mcp"
        tools = [tool["name"] for tool in host.call("tools/list")["result"]["tools"]]
        assert "create_event" in tools and "list_events" in tools, tools
        made = host.call(
            "tools/call", name="create_event",
            arguments={"name": "Tea", "start_at": "2030-05-01T18:00", "timezone": "Asia/Tokyo"})
        assert not made["result"].get("isError"), made
        # A session outlives a restart of the gateway.
        gateway.stop()
        gateway = Gateway(binary, scratch / "data", gateway.port)
        assert "result" in host.call("tools/call", name="list_events", arguments={"limit": 1})
        # One that the gateway does not know is replaced by a new one.
        gateway.stop()
        gateway = Gateway(binary, scratch / "other", gateway.port)
        assert "result" in host.call("tools/call", name="list_events", arguments={"limit": 1})
        assert host.end() == 0

        stranger = Host(installed, {"gateway_url": gateway.address + "/mcp", "gateway_token": "wrong"})
        refusal = stranger.shake_hands()
        assert "token" in refusal["error"]["message"], refusal
        assert stranger.end() == 0
    finally:
        gateway.stop()
    nobody = Host(installed, {"gateway_url": gateway.address})
    refusal = nobody.shake_hands()
    assert "cannot be reached" in refusal["error"]["message"], refusal
    assert nobody.end() == 0


def main():
    binary, bundle = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        conversation(binary, bundle, pathlib.Path(folder))
    print(f"{os.path.basename(bundle)}: installs as a host installs it, and passes on calls, restarts and refusals")


main()
