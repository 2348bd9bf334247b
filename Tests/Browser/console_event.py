"""What the console shows of one event, and what it makes of one that is not read, in real Chromium: console_event.py BINARY FOLDER."""

import sys
import time

from console_stage import DAY, Console, Sandbox, gateway_to
from stage import play

YEAR = time.gmtime().tm_year + 1
WORDS = """# Programme

**Doors** at *seven*, `talks` at eight.
Second line with a [map](https://maps.example.com/a_b) and https://example.com/x.

1. One
2. Two <b>not bold</b>

- ![logo](https://evil.example/track.png)
- [nothing](javascript:alert(1)) [data](data:text/html,x)

> quoted

```
<script>alert(1)</script>
```
\\*literal\\* snake_case_word 2 * 3 * 4
"""


def a_description_is_rendered(binary, folder):
    """Markdown becomes headings, lists, links and code; nothing in it becomes markup, asks elsewhere or leads to a script."""
    with Sandbox(binary) as sandbox, gateway_to(sandbox, binary) as gateway, Console(gateway.url) as page:
        sandbox.create("Words", 2 * DAY, description_md=WORDS, geo_address_json={"type": "google", "place_id": "ChIJD7fiBh9u5kcRYJSMaMOCCwQ"})
        page.visit()
        page.open_event("Words")
        page.eventually("the text is there", lambda: page.all(".description h3"))
        inside = lambda selector: page.texts(".description " + selector)
        assert inside("h3") == ["Programme"] and inside("strong") == ["Doors"] and inside("em") == ["seven"]
        assert inside("ol li") == ["One", "Two <b>not bold</b>"] and inside("blockquote") == ["quoted"]
        assert inside("pre code") == ["<script>alert(1)</script>"]
        links = page.run("return [...document.querySelectorAll('.description a')].map((each) => each.href)")
        assert links == ["https://maps.example.com/a_b", "https://example.com/x", "https://evil.example/track.png"], links
        assert page.all(".description br") and not page.all(".description img, .description script, .description b")
        page.says(".description", "*literal* snake_case_word 2 * 3 * 4", "[nothing](javascript:alert(1)) data")
        page.says("#sheet .facts", "A place on Google Maps")
        page.check_contrast()
        page.picture(folder, "console-description")
        page.check_quiet(gateway.url)


def no_text_keeps_the_page_busy(binary, folder):
    """Fifty thousand signs of each kind that begin something and do not end it are rendered, and none is lost."""
    with Sandbox(binary) as sandbox, gateway_to(sandbox, binary) as gateway, Console(gateway.url) as page:
        page.visit()
        hostile = ["*a" * 20_000, "[" * 40_000, "**" * 20_000, "`" * 50_000, "`" * 25_000 + "a" * 25_000, "[a](" * 10_000, "> " * 20_000 + "x", "- " * 20_000 + "x", "_a_" * 13_000,
                   "http://" * 6_000, "\\n".join(["1. x"] * 9_000), "```\\n" * 9_000, "# " + "#" * 40_000,
                   "# x" + " " * 49_000 + "x", "# x" + "#" * 49_000 + "x", "# x " + "#" * 24_000 + " " * 24_000 + "x", "x" + " " * 49_000 + "x", "\t" * 49_000 + "x",
                   "\u00a0" * 49_000 + "x"]
        empty = page.driver.execute_async_script(
            "const done = arguments[1]; import('/assets/console-markdown.js').then(({ markdown }) => done(arguments[0]"
            ".filter((text) => markdown(text).length === 0)), (error) => done([String(error)]))", hostile)
        assert not empty, [each[:20] for each in empty]


def one_like_another(binary, folder):
    """Duplicate copies all but the times, keeps the length, and the toast opens what was made."""
    with Sandbox(binary) as sandbox, gateway_to(sandbox, binary) as gateway, Console(gateway.url) as page:
        sandbox.create("Monthly", 5 * DAY, hours=2.5, zone="America/New_York", max_capacity=30, meeting_url="https://meet.example.com/m",
                       description_md="Bring **cake**.", visibility="members-only", require_rsvp_approval=True)
        page.visit()
        page.open_event("Monthly")
        page.press_button("Duplicate")
        page.says("#sheet-title", "like this one")
        page.set("start_at", "%d-02-03T19:00" % YEAR)
        assert page.run("return document.getElementById('field-end_at').value") == "%d-02-03T21:30" % YEAR
        page.press_button("Create the event")
        page.is_closed()
        page.says("#toast", "Created: Monthly", "3 February %d, 19:00" % YEAR)
        old, new = [each for each in sandbox.events() if each["name"] == "Monthly"]
        assert new["start_at"] == "%d-02-04T00:00:00.000Z" % YEAR
        for key in ("max_capacity", "meeting_url", "visibility", "timezone", "description_md"):
            assert new["settings"].get(key) == old["settings"].get(key), key
        page.press_button("Open", "#toast")
        page.says("#sheet-title", "Monthly")
        page.says("#sheet .when", "3 February", "lasts 2 hours 30 minutes")
        page.check_quiet(gateway.url)


def what_cannot_be_read_back_is_shown(binary, folder):
    """A new event whose reading back fails is in the month with its name and time, and the toast says it in words for people."""
    with Sandbox(binary) as sandbox, gateway_to(sandbox, binary, LUMA_MAX_RETRIES="0") as gateway, Console(gateway.url) as page:
        page.visit()
        page.change("/events/", "options.method !== 'POST' ? answer : Response.json({ id: (await answer.clone().json()).id,"
                    " remarks: [{ code: 'not_read_back', values: { done: 'created' }, sentence: 'Reading it back failed' }] }, { status: 201 })")
        page.visit()
        page.begin_event(name="Known anyway", start_at="%d-06-05T19:30" % YEAR, end_at="%d-06-05T21:00" % YEAR)
        page.press_button("Create the event")
        page.is_closed()
        page.says("#toast", "Created: Known anyway", "5 June", "19:30", "could not be read back yet")
        assert "evt-" not in page.text("#toast")
        page.eventually("it is in the month", lambda: page.all(".chip[title='Known anyway']"))


def what_was_written_is_believed(binary, folder):
    """Lists and reads from before a create, a change and a cancel take nothing back; a read that fails hides nothing that is known."""
    with Sandbox(binary) as sandbox, gateway_to(sandbox, binary, LUMA_MAX_RETRIES="0") as gateway, Console(gateway.url) as page:
        # Answers as they were: what is in `window.before` is put in the place of an event, null takes it out.
        page.command("Page.addScriptToEvaluateOnNewDocument", source="""
            const real = window.fetch;
            window.before = {};
            window.fetch = async (path, options) => {
              if (window.isAway && options.method === 'GET' && path.startsWith('/events/evt')) return Response.json({ error: 'Luma cannot be reached' }, { status: 502 });
              const answer = await real(path, options);
              if (options?.method !== 'GET' || !path.startsWith('/events/?')) return answer;
              const page = await answer.json();
              page.entries = page.entries.filter(({ id }) => window.before[id] !== null).map((each) => window.before[each.id] ?? each);
              window.lists = (window.lists ?? 0) + 1;
              return Response.json(page);
            };""")
        page.visit()

        def listed():
            """Waits until the events have been read once more."""
            count = page.run("return window.lists")
            page.comes_back(120)
            page.eventually("the events are read anew", lambda: page.run("return window.lists") > count)
            page.pause(0.3)

        # The list does not have it yet. Its id is known when it is made, so every new id is hidden.
        page.run("window.before = new Proxy({}, { get: () => null })")
        page.begin_event(name="Late", start_at="%d-06-05T19:30" % YEAR, end_at="%d-06-05T21:00" % YEAR)
        page.press_button("Create the event")
        page.is_closed()
        page.says("#toast", "Created: Late")
        listed()
        assert page.all(".chip[title='Late']"), "a list from before the create takes it out of the month"
        page.run("window.isAway = true")
        page.press_button("Open", "#toast")
        page.says("#sheet-title", "Late")
        page.says("#sheet", "5 June %d, 19:30 – 21:00" % YEAR, "cannot be reached", "Try again")
        page.run("window.isAway = false")
        page.press_button("Try again")
        page.says("#sheet", "No guests so far")
        page.press_button("Edit")
        page.eventually("the form is filled in", lambda: page.all("#field-start_at"))
        page.set("name", "Later")
        page.set("start_at", "%d-06-06T20:00" % YEAR)
        old = next(each for each in sandbox.events() if each["name"] == "Late")
        page.run("window.before = { [arguments[0]]: { id: arguments[0], name: 'Late', start_at: arguments[1], end_at: arguments[1], timezone: 'UTC' } }",
                 old["id"], old["start_at"])
        page.press_button("Save the changes")
        page.is_closed()
        page.says("#toast", "Saved: Later")
        listed()
        assert page.all(".chip[title='Later']") and not page.all(".chip[title='Late']"), page.texts(".chip .name")
        # Once a list says the same, whatever others do is seen at once.
        page.run("window.before = {}")
        listed()
        sandbox.post("/v1/events/update", {"event_id": old["id"], "name": "Renamed elsewhere"})
        listed()
        page.eventually("it is renamed", lambda: page.all(".chip[title='Renamed elsewhere']"))
        # What is cancelled does not come back out of a list from before.
        page.click(".chip[title='Renamed elsewhere']")
        page.press_button("Cancel this event")
        page.says("#sheet", "cannot be undone")
        page.run("window.gone = { id: arguments[0], name: 'Renamed elsewhere', start_at: arguments[1], end_at: arguments[1], timezone: 'UTC' };"
                 "const inner = window.fetch; window.fetch = async (path, options) => { const answer = await inner(path, options);"
                 "if (options.method !== 'GET' || !path.startsWith('/events/?')) return answer; const page = await answer.json();"
                 "page.entries = [...page.entries, window.gone]; return Response.json(page); }", old["id"], "%d-06-06T18:00:00.000Z" % YEAR)
        page.press_button("Cancel the event")
        page.is_closed()
        page.says("#toast", "Cancelled")
        listed()
        assert not page.all(".chip[title='Renamed elsewhere']"), "a list from before the cancel brings it back"


def each_thing_that_was_written_is_believed(binary, folder):
    """A reading from before a change takes nothing of it back, whatever was changed; once one agrees, the next is believed."""
    with Sandbox(binary) as sandbox, gateway_to(sandbox, binary) as gateway, Console(gateway.url) as page:
        page.visit()
        place = lambda address: {"type": "manual", "address": address}
        changes = {"name": ("Old", "New"), "timezone": ("UTC", "Europe/Berlin"), "visibility": ("public", "private"), "max_capacity": (30, None),
                   "meeting_url": ("https://meet.example.com/a", "https://meet.example.com/b"), "geo_address_json": (place("A"), place("B")),
                   "start_at": ("2030-01-01T10:00:00.000Z", "2030-01-01T11:00:00.000Z"), "end_at": ("2030-01-01T12:00:00.000Z", "2030-01-01T13:00:00.000Z")}
        found = page.driver.execute_async_script("""
            const [changes, done] = arguments;
            import('/assets/console-events.js').then(({ Events }) => done(Object.entries(changes).map(([member, [old]]) => {
              const event = (change) => ({ ...Object.fromEntries(Object.entries(changes).map(([name, [, value]]) => [name, value])), id: 'evt-1', ...change });
              const events = new Events();
              const shown = () => events.get('evt-1').raw[member];
              events.write(event({}));
              const told = [event({ [member]: old }), event({}), event({ [member]: old })].map((raw) => { events.put(raw); return shown(); });
              return [member, ...told];
            })), (error) => done([String(error)]));""", changes)
        # The driver hands objects over with their names in order.
        assert found == [[member, new, new, old] for member, (old, new) in sorted(changes.items())], found


def a_change_that_cannot_be_read_back(binary, folder):
    """What was sent is shown, all of it, when only an id has come back."""
    with Sandbox(binary) as sandbox, gateway_to(sandbox, binary) as gateway, Console(gateway.url) as page:
        sandbox.create("Blind", 3 * DAY, max_capacity=30)
        page.command("Page.addScriptToEvaluateOnNewDocument", source=(
            "const real = window.fetch; window.fetch = async (path, options) => { const answer = await real(path, options);"
            "if (options?.method !== 'PATCH') return answer; window.isAway = true;"
            "return Response.json({ id: (await answer.json()).id, warnings: ['The event was changed, but reading it back failed: Luma is away'] }); };"
            "const inner = window.fetch; window.fetch = async (path, options) => window.isAway && options?.method === 'GET' && path.startsWith('/events/')"
            " ? Response.json({ error: 'Luma is away' }, { status: 502 }) : inner(path, options)"))
        page.visit()
        page.open_event("Blind")
        page.press_button("Edit")
        page.eventually("the form is filled in", lambda: page.all("#field-start_at"))
        page.set("name", "  Seen ")
        page.set("max_capacity", "45")
        page.set("geo_address_json", "Hauptstraße 1, Berlin")
        page.set("start_at", "%d-07-07T18:00" % YEAR)
        page.press_button("Save the changes")
        page.is_closed()
        page.says("#toast", "Saved: Seen", "could not be read back yet")
        page.press_button("Open", "#toast")
        page.says("#sheet-title", "Seen")
        page.says("#sheet", "7 July %d, 18:00" % YEAR, "45 guests", "Hauptstraße 1, Berlin", "Luma is away", "Try again")


def who_waits_too_long_can_try_again(binary, folder):
    """When the rest of an event does not come, what is known can be edited, and it can be asked for again."""
    with Sandbox(binary) as sandbox, gateway_to(sandbox, binary) as gateway, Console(gateway.url) as page:
        event = sandbox.create("Slow one", 3 * DAY, description_md="Still here")
        # A person's patience is over at once.
        page.command("Page.addScriptToEvaluateOnNewDocument", source=(
            "const real = window.fetch; window.fetch = async (path, options) => { if (window.isAway && options.method === 'GET' && path.startsWith('/events/evt'))"
            " throw new DOMException('', 'TimeoutError'); return real(path, options); }"))
        page.visit()
        page.run("window.isAway = true")
        page.open_event("Slow one")
        page.says("#sheet", "No answer has come for a while", "Try again")
        page.check_contrast()
        page.press_button("Edit")
        page.says("[data-field=description_md]", "empty for the one that it has")
        page.set("name", "Slow no more")
        page.press_button("Save the changes")
        page.is_closed()
        saved = next(each for each in sandbox.events() if each["id"] == event)
        assert saved["name"] == "Slow no more" and saved["settings"]["description_md"] == "Still here", saved
        page.open_event("Slow no more")
        page.press_button("Try again")
        page.says("#sheet", "No answer")
        page.run("window.isAway = false")
        page.press_button("Try again")
        page.says("#sheet .description", "Still here")
        page.check_quiet(gateway.url)


if __name__ == "__main__":
    play([
        a_description_is_rendered, no_text_keeps_the_page_busy, one_like_another, what_cannot_be_read_back_is_shown,
        what_was_written_is_believed, each_thing_that_was_written_is_believed, a_change_that_cannot_be_read_back,
        who_waits_too_long_can_try_again,
    ], *sys.argv[1:])
