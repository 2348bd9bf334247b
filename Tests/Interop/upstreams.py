"""Stands the gateway before real servers of three SDKs, over HTTP and as programs, and restarts, stops and kills them:
upstreams.py <binary> <python with mcp 1.x> <python with mcp 2.x and fastmcp>."""

import asyncio
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

from mcp import types
from mcp.client import Client

from gateway import free_port

BINARY, V1, V2 = map(os.path.abspath, sys.argv[1:])
SERVER = str(pathlib.Path(__file__).resolve().parent / "upstream_server.py")
UNSTEADY = str(pathlib.Path(__file__).resolve().parent / "unsteady_server.py")
KINDS = {"v1": V1, "v2": V2, "fastmcp": V2}
TOOLS = {"echo", "process", "steps", "slow", "boom"}
# None of it is a measurement: only what never happens takes so long.
PATIENCE = 60


def until(what, condition):
    end = time.monotonic() + PATIENCE
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < end, f"never: {what}"
        time.sleep(0.05)


class Upstream:
    """One server over HTTP."""

    def __init__(self, kind):
        self.kind, self.port = kind, free_port()
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            [KINDS[self.kind], SERVER, self.kind, str(self.port)], stdin=subprocess.DEVNULL, stdout=sys.stderr, stderr=sys.stderr)

    def kill(self):
        self.process.kill()
        self.process.wait()


class Gateway:
    def __init__(self, entries, folder):
        self.port = free_port()
        path = pathlib.Path(folder, "upstreams.json")
        path.write_text(json.dumps({"format": 1, "upstreams": entries}))
        environment = {"PATH": os.environ["PATH"], "LUMA_SANDBOX": "true", "LUMA_UPSTREAMS_FILE": str(path)}
        self.process = subprocess.Popen(
            [BINARY, "--port", str(self.port), "--data-dir", folder, "--shutdown-seconds", "2"], env=environment,
            stdout=subprocess.DEVNULL, stderr=sys.stderr)
        until("the gateway answers", lambda: self.answers())

    def answers(self):
        try:
            return self.get("/health/live") is not None
        except OSError:
            assert self.process.poll() is None, "the gateway has ended"
            return False

    def get(self, path):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=PATIENCE) as answer:
            return json.load(answer)

    def call(self, tool, **arguments):
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/tools/{tool}", json.dumps(arguments).encode(),
            {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as failure:
            body = json.load(failure)
            return (body.get("details") or {}).get("result") or body

    def tools(self, prefix):
        names = (tool["name"] for tool in self.get("/tools/")["tools"])
        return {name.split("__", 1)[1] for name in names if name.startswith(prefix + "__")}

    def state(self, name):
        return next(one for one in self.get("/status")["upstreams"]["upstreams"] if one["name"] == name)


def text(result):
    return result["content"][0]["text"] if result.get("content") else None


def code(result):
    return ((result.get("structuredContent") or {}).get("error") or {}).get("code")


def entries(upstreams):
    for upstream in upstreams:
        yield {
            "name": "h" + upstream.kind, "url": f"http://127.0.0.1:{upstream.port}/mcp", "allow": {"loopback": True},
            "hints": {"echo": {"read_only": True}}, "limits": {"call_seconds": 3},
        }
    for kind, python in KINDS.items():
        yield program("s" + kind, python, SERVER, kind, "stdio") | {"hints": {"echo": {"read_only": True}}}
    for kind in "flapping", "growing":
        yield program(kind, V2, UNSTEADY, kind)


def program(name, python, script, *arguments):
    # The environment, and the Python that it was made of, which need not be the system's.
    base = subprocess.check_output([python, "-c", "import sys; print(sys.base_prefix)"], text=True).strip()
    root = str(pathlib.Path(python).parents[1])
    return {
        "name": name, "transport": "stdio", "command": [python, "-B", script, *arguments],
        "paths": [{"path": path} for path in (root, base, str(pathlib.Path(script).parent))], "limits": {"connect_seconds": 30},
    }


def journey(gateway, name):
    """What every server has to bear."""
    until(f"{name} offers its tools", lambda: gateway.tools(name) >= TOOLS)
    assert text(gateway.call(f"{name}__echo", text="grüße")) == "grüße"
    assert text(gateway.call(f"{name}__steps")) == "done"
    failure = gateway.call(f"{name}__boom")
    assert failure["isError"] and "boom" in text(failure), failure
    wrong = gateway.call(f"{name}__echo")
    assert wrong["isError"], wrong
    state = gateway.state(name)
    assert state["state"] == "on" and state["server"].startswith("real"), state
    print(f"{name}: {state['revision']}, {len(state['tools'])} tools", flush=True)


def restart(gateway, upstream):
    """A server that is gone costs its own calls; one that has come back answers the next."""
    name = "h" + upstream.kind
    before = text(gateway.call(f"{name}__process"))
    upstream.kill()
    gone = gateway.call(f"{name}__process")
    assert gone["isError"], gone
    assert gateway.tools(name) >= TOOLS, "its tools stay listed for a while"
    upstream.start()
    after = until(
        f"{name} answers again", lambda: text(result) if not (result := gateway.call(f"{name}__process"))["isError"] else None)
    assert after != before
    print(f"{name}: restarted", flush=True)


def hang(gateway, upstream):
    """A server that says nothing costs its own calls alone."""
    name = "h" + upstream.kind
    os.kill(upstream.process.pid, signal.SIGSTOP)
    silent = threading.Thread(target=lambda: results.append(gateway.call(f"{name}__process")))
    results = []
    silent.start()
    assert text(gateway.call("sv1__echo", text="beside")) == "beside"
    silent.join()
    os.kill(upstream.process.pid, signal.SIGCONT)
    assert code(results[0]) == "outcome_unknown", results[0]
    until(f"{name} goes on", lambda: not gateway.call(f"{name}__echo", text="x")["isError"])
    print(f"{name}: hung", flush=True)


def die(gateway, kind):
    """A program that is killed is started again."""
    name = "s" + kind
    before = text(gateway.call(f"{name}__process"))
    os.kill(int(before), signal.SIGKILL)
    after = until(
        f"{name} is started again", lambda: text(result) if not (result := gateway.call(f"{name}__process"))["isError"] else None)
    assert after != before
    print(f"{name}: killed", flush=True)
    return int(after)


def flap(gateway):
    """A program that ends again and again costs the calls that it does not answer; its tools stay listed."""
    until("flapping offers its tool", lambda: gateway.tools("flapping") == {"process"})
    processes = set()

    def ended_twice():
        result = gateway.call("flapping__process")
        assert gateway.tools("flapping") == {"process"}
        if not result["isError"]:
            processes.add(text(result))
        return len(processes) == 3

    until("flapping is started again and again", ended_twice)
    print("flapping: three programs", flush=True)


def grow(gateway):
    """A list that grows is read again each time."""
    wanted = {"process"}
    until("growing offers its tool", lambda: gateway.tools("growing") == wanted)
    for number in range(3):
        assert not gateway.call("growing__process")["isError"]
        wanted.add(f"grown_{number}")
        until(f"growing has {len(wanted)} tools", lambda: gateway.tools("growing") == wanted)
    print("growing: four tools", flush=True)


def resume(gateway):
    """A stream that ends before the answer is taken up."""
    assert text(gateway.call("hv1__polled")) == "polled"
    print("hv1: resumed", flush=True)


def remember(upstreams, folder):
    """What was offered before a restart of the gateway is offered until the server answers."""
    gone = upstreams[0]
    name = "h" + gone.kind
    gone.kill()
    gateway = Gateway(list(entries(upstreams)), folder)
    try:
        until(f"{name} is remembered", lambda: gateway.tools(name) >= TOOLS)
        assert gateway.state(name)["stale"], gateway.state(name)
        gone.start()
        until(f"{name} answers again", lambda: not gateway.state(name)["stale"])
        assert text(gateway.call(f"{name}__echo", text="x")) == "x"
        gateway.process.terminate()
        assert gateway.process.wait(PATIENCE) == 0
    finally:
        gateway.process.kill()
    print(f"{name}: remembered", flush=True)


async def beside_tools(gateway):
    """Prompts, resources, and a question that a server has for the user of the gateway's client."""
    asked = []

    async def answer(_, question):
        asked.append(question.message)
        return types.ElicitResult(action="accept", content={"size": "large"})

    async with Client(f"http://127.0.0.1:{gateway.port}/mcp", elicitation_callback=answer) as client:
        prompts = {prompt.name for prompt in (await client.list_prompts()).prompts}
        for kind in KINDS:
            for way, word in ("h", "http"), ("s", "program"):
                assert f"{way}{kind}__greet" in prompts, prompts
                got = await client.get_prompt(f"{way}{kind}__greet", {"who": "Ada"})
                assert got.messages[0].content.text == "Greet Ada", got
                read = await client.read_resource(f"real-{kind}-{word}://note")
                assert read.contents[0].text == f"a note of {kind}", read
        for way in "h", "s":
            result = await client.call_tool(f"{way}v2__order", {})
            assert result.content[0].text == "ordered large", result
    assert len(asked) == 2 and all(question.endswith("asks: Which size?") for question in asked), asked
    print("prompts, resources and questions are passed on", flush=True)


def main():
    upstreams = [Upstream(kind) for kind in KINDS]
    with tempfile.TemporaryDirectory() as folder:
        gateway = Gateway(list(entries(upstreams)), folder)
        try:
            for kind in KINDS:
                journey(gateway, "h" + kind)
                journey(gateway, "s" + kind)
            asyncio.run(beside_tools(gateway))
            resume(gateway)
            flap(gateway)
            grow(gateway)
            for upstream in upstreams:
                restart(gateway, upstream)
            hang(gateway, upstreams[0])
            programs = [die(gateway, kind) for kind in KINDS]
            gateway.process.terminate()
            assert gateway.process.wait(PATIENCE) == 0
            for program in programs:
                until("every program has ended", lambda: not pathlib.Path(f"/proc/{program}").exists())
            remember(upstreams, folder)
        finally:
            gateway.process.kill()
            for upstream in upstreams:
                upstream.kill()
    print("upstreams: ok")


main()
