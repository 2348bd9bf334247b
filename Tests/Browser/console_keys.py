"""What an organiser does in the console without a mouse, in real Chromium: console_keys.py BINARY FOLDER."""

import os
import sys
import tempfile
import time

from selenium.webdriver.common.keys import Keys

from console_stage import DAY, Console, Sandbox, gateway_to
from stage import play

YEAR = time.gmtime().tm_year + 1


def focus(page):
    """What has the focus, as somebody would name it."""
    return page.run("const at = document.activeElement; return at.id || at.innerText || at.tagName")


def tab_to(page, wanted, most=60):
    """Presses Tab until it is there, and sees that a ring shows it."""
    for _ in range(most):
        page.press(Keys.TAB)
        if focus(page).split("\n")[0] == wanted:
            ring = page.run("return getComputedStyle(document.activeElement).outlineStyle")
            assert ring != "none", "nothing shows that %s has the focus" % wanted
            return
    raise AssertionError("Tab does not lead to %s" % wanted)


def an_event_is_found_and_duplicated(binary, folder):
    """The search, its first event, Duplicate, the form and back to the search: by Tab, Enter and letters alone."""
    with Sandbox(binary) as sandbox, gateway_to(sandbox, binary) as gateway, Console(gateway.url) as page:
        sandbox.create("Quiz night", 12 * DAY, hours=2, max_capacity=24)
        page.visit()
        page.eventually("it is loaded", lambda: "Quiz night" in page.names())
        tab_to(page, "search")
        page.press("quiz")
        page.eventually("it is found", lambda: page.names() == ["Quiz night"])
        assert focus(page) == "search", "drawing the list takes the focus away"
        page.press(Keys.TAB, Keys.ENTER)
        page.says("#sheet-title", "Quiz night")
        page.says("#sheet", "Duplicate")
        tab_to(page, "Duplicate", 12)
        page.press(Keys.ENTER)
        page.says("#sheet-title", "like this one")
        assert focus(page) == "field-name"
        page.press(Keys.END, " again")
        tab_to(page, "field-start_at", 3)
        page.press("0505%d0730PM" % YEAR)
        page.says(".preview", "5 May %d, 19:30 – 21:30" % YEAR)
        tab_to(page, "Create the event", 30)
        page.press(Keys.ENTER)
        page.is_closed()
        made = sandbox.named("Quiz night again")
        assert made["settings"]["max_capacity"] == 24, made
        # What was searched for is still searched for, and the focus is where it was.
        page.eventually("both are found", lambda: page.names() == ["Quiz night", "Quiz night again"])
        assert focus(page).split("\n")[0] != "BODY", "the focus is lost"
        page.run("document.getElementById('search').focus()")
        page.press(Keys.ESCAPE)
        page.eventually("all are there again", lambda: "Community meetup" in page.names())
        page.check_quiet(gateway.url)


def files_are_saved_by_keys(binary, folder):
    """Each export is reached by Tab and saved by Enter; the focus stays on its button."""
    with tempfile.TemporaryDirectory() as downloads, Sandbox(binary) as sandbox, gateway_to(sandbox, binary) as gateway, \
            Console(gateway.url) as page:
        page.command("Browser.setDownloadBehavior", behavior="allow", downloadPath=downloads)
        page.visit()
        page.run("document.getElementById('search').focus()")
        for words, name in (("Table (.csv)", "events.csv"), ("Calendar (.ics)", "events.ics"), ("Lines of JSON (.ndjson)", "events.ndjson")):
            tab_to(page, words)
            page.press(Keys.ENTER)
            page.eventually(name + " is there", lambda: os.path.exists(os.path.join(downloads, name)))
            assert focus(page) == words
        page.check_quiet(gateway.url)


if __name__ == "__main__":
    play([an_event_is_found_and_duplicated, files_are_saved_by_keys], *sys.argv[1:])
