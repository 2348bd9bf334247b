"""What every client does with the gateway, whatever its library, its transport and its revision."""

import asyncio
import json
import time
import uuid
from dataclasses import dataclass

import anyio

from gateway import Gateway, offered_tools

HANDSHAKES = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"]
MODERN = "2026-07-28"
TOOLS = offered_tools()


@dataclass
class Result:
    """A tool's result: the structured value, from its text where the revision has nothing else."""
    text: str
    structured: dict | None
    is_error: bool

    @property
    def value(self):
        assert not self.is_error, self.text
        return self.structured or json.loads(self.text)


def event():
    """An event whose name no other has."""
    return {"name": f"Interop {uuid.uuid4().hex[:12]}", "start_at": "2030-06-01T18:00", "timezone": "Europe/Berlin"}


async def created(peer, given=None):
    return (await peer.call("create_event", given or event())).value["event"]["id"]


async def refused(code, asked):
    """The call fails with one of these codes of the protocol."""
    try:
        await asked
    except Exception as error:  # Each library has a class of its own.
        found = getattr(getattr(error, "error", error), "code", None)
        assert found in code, repr(error)
    else:
        raise AssertionError("nothing was refused")


async def lists(peer):
    tools = await peer.tools()
    assert set(tools) == TOOLS, tools
    assert all(tools.values()) == (peer.revision >= "2025-06-18"), "output schemas"
    assert "luma://calendar" in await peer.resources()
    assert "luma://events/{event_id}" in await peer.templates()
    assert {"plan_an_event", "announce_a_change", "weekly_overview"} == set(await peer.prompts())
    assert "tea" in await peer.prompt("plan_an_event", {"topic": "tea"})
    assert "Europe/Berlin" in await peer.complete_prompt("plan_an_event", "timezone", "Europe/Ber")
    found = await peer.complete_template("luma://templates/{template_type}", "template_type", "w")
    assert found == ["workshop", "webinar"], found
    await refused([-32602], peer.prompt("none", {}))
    if peer.revision != MODERN:
        await peer.ping()
        await peer.level("warning")


async def works(peer):
    given = event()
    id = await created(peer, given)
    page = (await peer.call("list_events", {"limit": "2", "fields": ["name"]})).value
    assert len(page["events"]) == 2 and set(page["events"][0]) == {"id", "name"}, page
    more = (await peer.call("list_events", {"limit": 2, "cursor": page["next_cursor"]})).value
    assert not {entry["id"] for entry in page["events"]} & {entry["id"] for entry in more["events"]}, more
    changed = (await peer.call("update_event", {"event_id": id, "max_capacity": "30"})).value
    assert changed["event"]["max_capacity"] == 30, changed
    workshop = event() | {"template_type": "workshop"}
    assert (await peer.call("create_event_from_template", workshop)).value["event"]["id"]
    assert len((await peer.call("list_templates", {})).value["templates"]) == 5
    assert json.loads(await peer.read(f"luma://events/{id}"))["event"]["id"] == id
    told = []

    async def progress(done, total=None, message=None):
        told.append(done)

    found = (await peer.call("search", {"query": given["name"]}, progress)).value
    assert [entry["id"] for entry in found["results"]] == [id], found
    assert told, "no progress"
    assert (await peer.call("fetch", {"id": id})).value["title"] == given["name"]
    wrong = await peer.call("create_event", {"nam": "x"})
    assert wrong.is_error and "name is required" in wrong.text, wrong
    assert (await peer.call("get_event", {"event_id": "evt-none"})).is_error
    await refused([-32602] if peer.revision == MODERN else [-32002], peer.read("luma://events/evt-none"))


async def cancels_by_token(peer):
    id, other = await created(peer), await created(peer)
    preview = (await peer.call("cancel_event", {"event_id": id})).value
    assert preview["status"] == "needs_confirmation", preview
    confirm = preview["confirm"]
    assert (await peer.call("cancel_event", {"event_id": id, "confirm": confirm[:-2]})).is_error
    assert (await peer.call("cancel_event", {"event_id": other, "confirm": confirm})).is_error
    done = (await peer.call("cancel_event", {"event_id": id, "confirm": confirm})).value
    assert done["status"] == "canceled", done


async def cancels_by_form(connect, revision):
    """A client that can show a form: revisions before 2025-06-18 cannot carry one."""
    for answer, status in ("decline", "kept"), ("accept", "canceled"):
        async with connect(answer=answer) as peer:
            done = (await peer.call("cancel_event", {"event_id": await created(peer)})).value
            assert done["status"] == (status if revision >= "2025-06-18" else "needs_confirmation"), done


async def listens(peer):
    id = await created(peer)
    async with peer.watching(f"luma://events/{id}") as heard:
        await peer.call("update_event", {"event_id": id, "name": "Other"})
        with anyio.fail_after(5):
            await heard.wait()


PLUGIN = """#!/bin/sh
if [ "$1" = --describe ]; then
    echo '{"commands": [{"name": "say", "parameters": [{"name": "word", "required": true}]}]}'
else
    echo "${2#--word=}"
fi
"""


async def finds_what_is_dropped_in(peer, folder):
    """A program that is put into the directory of plugins while a client is there, which is told, and asks and calls; and that it
    is taken away."""
    async with peer.hearing_of_tools() as news:
        begun = time.monotonic()
        draft, plugin = folder / ".said", folder / "said.sh"
        draft.write_text(PLUGIN)
        draft.chmod(0o755)
        draft.rename(plugin)
        await news()
        seconds = time.monotonic() - begun
        assert set(await peer.tools()) == TOOLS | {"said__say"}
        said = await peer.call("said__say", {"word": "heard"})
        assert said.text == "heard" and not said.is_error, said
        plugin.unlink()
        await news()
        assert set(await peer.tools()) == TOOLS
        await refused([-32602], peer.call("said__say", {"word": "gone"}))
    return f" and a dropped-in plugin after {seconds:.1f} s"


async def gives_up(peer, line):
    """What nobody waits for any more is not asked of Luma any longer, and the conversation goes on."""
    before = line.given_up
    line.free.clear()
    try:
        await peer.give_up("list_events", {"limit": 1})
        end = time.monotonic() + 5
        while line.given_up == before:
            assert time.monotonic() < end, "the call to Luma goes on"
            await asyncio.sleep(0.02)
    finally:
        line.free.set()
    assert (await peer.call("list_events", {"limit": 1})).value["events"]


async def outlives(peer, gateway):
    """Over HTTP a session is in its signed id: the same client asks on as if nothing had been."""
    await anyio.to_thread.run_sync(gateway.restart)
    await cancels_by_token(peer)


async def comes_back(connect, transport, gateway):
    """A conversation over one connection ends with it. Who connects again goes on: events, confirmations and keys are known."""
    given = event() | {"idempotency_key": uuid.uuid4().hex}
    async with connect() as peer:
        id = await created(peer, given)
        confirm = (await peer.call("cancel_event", {"event_id": id})).value["confirm"]
        # Over stdio the server is the client's own child, which ends when the client lets go of it.
        if transport == "sse":
            await anyio.to_thread.run_sync(gateway.restart)
    async with connect() as peer:
        assert await created(peer, given) == id, "created twice"
        done = (await peer.call("cancel_event", {"event_id": id, "confirm": confirm})).value
        assert done["status"] == "canceled", done


RESTARTS = {"http": "a restart in mid-session", "sse": "a restart and a new stream", "stdio": "a new process"}


async def all_of_it(name, connect, revision, gateway, transport):
    """Plays everything in one revision over one transport, a key of `RESTARTS`."""
    async with connect() as peer:
        assert peer.revision == revision, peer.revision
        await lists(peer)
        await works(peer)
        await cancels_by_token(peer)
        await listens(peer)
        found = ""
        # It takes a second each time, and what is told is the same in the revisions between.
        if revision in (HANDSHAKES[0], HANDSHAKES[-1], MODERN):
            found = await finds_what_is_dropped_in(peer, gateway.plugins)
        await gives_up(peer, gateway.line)
        if transport == "http":
            await outlives(peer, gateway)
    if transport != "http":
        await comes_back(connect, transport, gateway)
    await cancels_by_form(connect, revision)
    print(f"{name} {revision}, with {RESTARTS[transport]}{found}", flush=True)


async def main(library, binary, variants):
    """`variants(gateway)` gives (name, connect, revision, transport) of all that a library speaks."""
    gateway = Gateway(binary).start()
    try:
        for name, connect, revision, transport in variants(gateway):
            with anyio.fail_after(30):
                await all_of_it(f"{library} {name}", connect, revision, gateway, transport)
    finally:
        gateway.stop()
