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
    """Forty thousand signs of each kind that begin something and do not end it are rendered, and none is lost."""
    with Sandbox(binary) as sandbox, gateway_to(sandbox, binary) as gateway, Console(gateway.url) as page:
        page.visit()
        hostile = ["*a" * 20_000, "[" * 40_000, "**" * 20_000, "`" * 40_000, "[a](" * 10_000, "> " * 20_000 + "x", "- " * 20_000 + "x", "_a_" * 13_000,
                   "http://" * 6_000, "\\n".join(["1. x"] * 9_000), "```\\n" * 9_000, "# " + "#" * 40_000]
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
                    " warnings: ['The event was created, but reading it back failed: Rate limit exceeded'] }, { status: 201 })")
        page.visit()
        page.begin_event(name="Known anyway", start_at="%d-06-05T19:30" % YEAR, end_at="%d-06-05T21:00" % YEAR)
        page.press_button("Create the event")
        page.is_closed()
        page.says("#toast", "Created: Known anyway", "5 June", "19:30", "could not be read back yet")
        assert "evt-" not in page.text("#toast")
        page.eventually("it is in the month", lambda: page.all(".chip[title='Known anyway']"))


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
        who_waits_too_long_can_try_again,
    ], *sys.argv[1:])
