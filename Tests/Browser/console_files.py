"""Search, dates to go to, exports, feeds and the way to import in the console, in real Chromium: console_files.py BINARY FOLDER."""

import os
import sys
import tempfile
import time
import urllib.error
import urllib.request

from console_stage import DAY, Console, Sandbox, gateway_to, middle_of
from stage import Gateway, play

YEAR = time.gmtime().tm_year + 1


def events_are_found(binary, folder):
    """Words of name and place, without accents; what is coming first; and how far was looked is said."""
    with Sandbox(binary) as sandbox, gateway_to(sandbox, binary) as gateway, Console(gateway.url) as page:
        sandbox.create("Café littéraire", 9 * DAY, geo_address_json={"type": "manual", "address": "Straße 7, Köln"})
        sandbox.create("Cafe of old", -200 * DAY)
        sandbox.create("Tea", 3 * DAY)
        page.visit()
        page.eventually("it is loaded", lambda: "Café littéraire" in page.names())
        page.write("#search", "cafe koln")
        page.eventually("it is found", lambda: page.names() == ["Café littéraire"])
        page.says("#found", "1 found among the")
        page.says("#agenda-title", "Found")
        page.write("#search", "cafe")
        page.press_button("Look a year further back", "#agenda")
        page.eventually("both are found", lambda: page.names() == ["Café littéraire", "Cafe of old"])
        page.write("#search", "<b>no such</b>")
        page.says("#found", "Nothing found among the")
        page.check_contrast()
        page.picture(folder, "console-found")
        page.run("const search = document.getElementById('search'); search.value = ''; search.dispatchEvent(new Event('input'))")
        page.eventually("all are there again", lambda: "Tea" in page.names() and page.text("#found") == "")
        page.check_quiet(gateway.url)


def a_date_is_gone_to(binary, folder):
    """A day that is years away is one step away."""
    with Sandbox(binary) as sandbox, gateway_to(sandbox, binary) as gateway, Console(gateway.url) as page:
        sandbox.create("Far ahead", middle_of(26) - time.time())
        page.visit()
        day = time.strftime("%Y-%m-%d", time.gmtime(middle_of(26)))
        page.run("const jump = document.getElementById('jump'); jump.value = arguments[0]; jump.dispatchEvent(new Event('change'))", day)
        page.says("#month-title", day[:4])
        page.eventually("its events are there", lambda: page.names() == ["Far ahead"])
        assert page.run("return location.hash") == "#" + day
        page.check_quiet(gateway.url)


def guests_are_counted(binary, folder):
    """The list says how many of how many are coming, as far as that is known."""
    with Sandbox(binary) as sandbox, gateway_to(sandbox, binary) as gateway, Console(gateway.url) as page:
        page.visit()
        page.open_event("Community meetup")
        page.says("#sheet", "12 coming")
        page.click("#sheet .close")
        page.is_closed()
        page.says("#agenda", "12 of 40 guests")
        page.check_quiet(gateway.url)


def files_are_saved(binary, folder):
    """Each export is downloaded with the token, as what it is called."""
    token = "w" + "0123456789" * 2
    with tempfile.TemporaryDirectory() as downloads, Gateway(binary, LUMA_AUTH_TOKENS="me:write:" + token) as gateway, Console(gateway.url) as page:
        page.command("Browser.setDownloadBehavior", behavior="allow", downloadPath=downloads)
        page.visit("#sign-in:not([hidden])")
        page.write("#token-field", token)
        page.click("#sign-in .primary")
        page.eventually("the events are read", lambda: page.names())
        for words, name, sign in (("Table (.csv)", "events.csv", "\ufeffid,name,"), ("Calendar (.ics)", "events.ics", "BEGIN:VCALENDAR"),
                                  ("Lines of JSON (.ndjson)", "events.ndjson", '"name":"Community meetup"')):
            page.press_button(words, "#export")
            path = os.path.join(downloads, name)
            page.eventually(name + " is there", lambda: os.path.exists(path))
            with open(path, encoding="utf-8") as file:
                assert sign in file.read(), name
        page.says("#feeds", "scope admin")
        page.says("#import", "luma-mcp events import events.csv", gateway.url, "--dry-run")
        wrong, _ = page.complaints()
        assert not wrong, wrong


def a_file_that_stalls_is_told(binary, folder):
    """Whoever waits for a file of which nothing more comes is told so, and can try again."""
    with Sandbox(binary) as sandbox, gateway_to(sandbox, binary) as gateway, Console(gateway.url) as page:
        page.visit()
        # Patience is over at once, and a file has a beginning and no end.
        page.run(
            "const [real, later] = [window.fetch, window.setTimeout];"
            "window.setTimeout = (work, time) => later(work, time === 70_000 ? 200 : time);"
            "window.fetch = async (path, options) => !path.startsWith('/events.csv') ? real(path, options) : new Response(new ReadableStream({"
            "start(stream) { stream.enqueue(new Uint8Array(9));"
            "options.signal.addEventListener('abort', () => stream.error(options.signal.reason)); } }));")
        page.press_button("Table (.csv)", "#export")
        page.says("#toast", "No answer has come for a while")
        page.eventually("it can be tried again", lambda: not page.all("#export button[aria-disabled]"))
        page.check_quiet(gateway.url)


def feeds_are_made_and_revoked(binary, folder):
    """An address is shown once, can be read while it lives, and leads nowhere after two presses of Revoke."""
    with Sandbox(binary) as sandbox, gateway_to(sandbox, binary) as gateway, Console(gateway.url) as page:
        page.visit()
        page.write("#feed-name", "<b>Team</b>")
        page.press_button("Make a feed", "#feeds")
        page.says("#feeds", "shown only now", "<b>Team</b>", "not read yet")
        address = page.text("#feeds pre code")
        assert b"BEGIN:VCALENDAR" in urllib.request.urlopen(address).read()
        page.check_contrast()
        page.check_width()
        page.run("document.getElementById('files').scrollIntoView()")
        page.picture(folder, "console-files")
        page.press_button("Revoke", "#feeds")
        assert urllib.request.urlopen(address).status == 200
        page.press_button("Revoke it now", "#feeds")
        page.says("#toast", "Revoked", "<b>Team</b>")
        try:
            urllib.request.urlopen(address)
            raise AssertionError("it can still be read")
        except urllib.error.HTTPError as refused:
            assert refused.code == 404, refused.code
        page.check_quiet(gateway.url)


if __name__ == "__main__":
    play([events_are_found, a_date_is_gone_to, guests_are_counted, files_are_saved, a_file_that_stalls_is_told,
          feeds_are_made_and_revoked], *sys.argv[1:])
