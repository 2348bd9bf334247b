"""The documentation page for who tries it out: it does what it says, with the real server behind it."""

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request

from docs_reading import ready
from stage import SECONDS, Browser, Gateway, Keys


def read(url):
    """The status and the document behind a URL."""
    try:
        with urllib.request.urlopen(url, timeout=SECONDS) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


class Operation:
    """One operation on the page, opened to be tried."""

    def __init__(self, browser, name):
        self.browser, self.name = browser, "#" + name
        if not browser.one(self.name + " .try").get_attribute("open"):
            browser.click(self.name + " .try > summary")

    def send(self):
        """Clicks, and waits for the answer: its status, its text."""
        self.browser.run("document.querySelector(arguments[0]).replaceChildren()", self.name + " .result")
        self.browser.click(self.name + " form .primary")
        return self.answer()

    def answer(self):
        told = self.browser.eventually("an answer", lambda: self.browser.one(self.name + " .result .told").text)
        return int(told.split()[0]), self.browser.one(self.name + " .result").text

    def body(self):
        return json.loads(self.browser.one(self.name + " .result pre").get_attribute("textContent"))

    def write(self, field, text):
        self.browser.write("%s-%s" % (self.name, field), text)

    def choose(self, field, value):
        self.browser.click("%s-%s option[value='%s'], %s-%s option:nth-child(%s)" % (
            self.name, field, value, self.name, field, {"true": 2, "false": 3}.get(value, 1)))


def an_event_is_created_and_cancelled(binary, folder):
    """An event is created, changed and cancelled by clicking; a cancel is asked about, and Escape leaves it alone"""
    with Gateway(binary) as gateway, Browser() as browser:
        ready(browser, gateway.url + "/docs")
        create = Operation(browser, "createEvent")
        status, text = create.send()
        assert status == 201 and " ms" in text, text
        event = create.body()["id"]
        browser.picture(folder, "docs-created")
        assert read(gateway.url + "/events/" + event)[0] == 200
        create.browser.click("#createEvent .result summary")
        assert "/events/" + event in browser.one("#createEvent .result dl").text
        # The event that was seen last is offered to the other operations.
        change = Operation(browser, "patchEvent")
        assert browser.one("#patchEvent-event_id").get_attribute("value") == event
        change.write("body", '{"name": "Tea on the roof"}')
        assert change.send()[0] == 200
        cancel = Operation(browser, "cancelEvent")
        cancel.choose("dry_run", "true")
        status, text = cancel.send()
        assert status == 200 and cancel.body()["dry_run"] is True, text
        cancel.choose("dry_run", "")
        for leave in ("key", "click"):
            browser.click("#cancelEvent form .primary")
            browser.eventually("the question", lambda: browser.one("#ask").is_displayed())
            assert event in browser.one("#ask").text and "cannot be undone" in browser.one("#ask").text
            assert browser.run("return document.activeElement.value") == "no"
            browser.picture(folder, "docs-question")
            browser.press(Keys.ESCAPE) if leave == "key" else browser.click("#ask [value=no]")
            browser.eventually("no question", lambda: not browser.one("#ask").is_displayed())
            assert read(gateway.url + "/events/" + event)[1]["name"] == "Tea on the roof"
        browser.run("document.querySelector('#cancelEvent .result').replaceChildren()")
        browser.click("#cancelEvent form .primary")
        browser.click("#ask [value=yes]")
        status, text = cancel.answer()
        assert status == 200 and cancel.body()["status"] == "canceled", text
        assert read(gateway.url + "/events/" + event)[0] == 403
        browser.check_quiet(gateway.url)


def an_answer_is_the_servers_own(binary, folder):
    """A read that was kept is told as such, lines are shown as lines, and what is asked for is what is sent"""
    with Gateway(binary) as gateway, Browser() as browser:
        ready(browser, gateway.url + "/docs")
        listing = Operation(browser, "listEvents")
        listing.write("limit", "2")
        listing.send()
        status, _ = listing.send()
        browser.click("#listEvents .result summary")
        fields = browser.one("#listEvents .result dl").text
        assert status == 200 and "HIT" in fields, fields
        assert len(listing.body()["entries"]) == 2
        browser.click("#listEvents .rarely summary")
        browser.click("#listEvents-Accept option:nth-child(3)")
        listing.write("limit", "")
        status, text = listing.send()
        lines = browser.one("#listEvents .result pre").get_attribute("textContent").strip().split("\n")
        assert status == 200 and len(lines) > 4 and all(json.loads(line)["id"] for line in lines), text
        sent = [url for url in browser.check_quiet(gateway.url) if "/events/" in url]
        assert sent == [gateway.url + "/events/?limit=2"] * 2 + [gateway.url + "/events/"], sent
        status, text = Operation(browser, "metrics").send()
        assert status == 200 and "# TYPE" in text


def examples_work_as_they_stand(binary, folder):
    """What is copied works: curl in a shell, Python, JavaScript, each a create with a quote and a character of its own"""
    name = "Tom's \"Tea\" – $HOME `date` \\ 茶"
    with Gateway(binary) as gateway, Browser() as browser:
        browser.command("Browser.grantPermissions", permissions=["clipboardReadWrite", "clipboardSanitizedWrite"])
        ready(browser, gateway.url + "/docs")
        Operation(browser, "createEvent").write("body", json.dumps({
            "name": name, "start_at": "2030-05-01T18:00", "timezone": "Asia/Tokyo", "reminders_disabled": True,
            "registration_questions": [{"question_type": "text", "id": "q", "label": "Why?", "required": False}],
        }, ensure_ascii=False, indent=2))
        for number, language in enumerate(("curl", "Python", "JavaScript")):
            browser.click("#createEvent [role=tab]:nth-child(%d)" % (number + 1))
            browser.click("#createEvent .example .copy")
            copied = browser.driver.execute_async_script("navigator.clipboard.readText().then(arguments[0], arguments[0])")
            assert copied == browser.one("#createEvent .example pre").get_attribute("textContent"), copied
            if language == "JavaScript":
                script = "(async () => { let told; const console = { log: (...all) => told = all.join(' ') }; %s; return told })()"
                out = browser.driver.execute_async_script("%s.then(arguments[0], arguments[0])" % (script % copied))
            else:
                command = ["bash", "-ec", copied] if language == "curl" else [sys.executable, "-c", copied]
                out = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=True).stdout
            event = json.loads(out[out.index("{"):])
            assert event["name"] == name and event["timezone"] == "Asia/Tokyo", (language, out)
        # The choice holds for the whole page, and a question goes the same way.
        assert "await fetch" in browser.one("#listEvents .example pre").text
        browser.click("#listEvents [role=tab]:nth-child(1)")
        Operation(browser, "listEvents").write("after", "2030-01-01T00:00:00+09:00")
        copied = browser.one("#listEvents .example pre").text
        out = subprocess.run(["bash", "-ec", copied], capture_output=True, text=True, timeout=SECONDS, check=True).stdout
        assert len(json.loads(out)["entries"]) >= 1, (copied, out)
        browser.check_quiet(gateway.url)


def texts_stay_texts(binary, folder):
    """A name that is markup is shown as it is, and nothing on the page can become code"""
    hostile = "<img src=x onerror=alert(1)><script>alert(2)</script>"
    with Gateway(binary) as gateway, Browser() as browser:
        ready(browser, gateway.url + "/docs")
        create = Operation(browser, "createEvent")
        create.write("body", json.dumps({"name": hostile, "start_at": "2030-05-01T18:00", "timezone": "Asia/Tokyo"}))
        status, text = create.send()
        assert status == 201 and hostile in text, text
        assert not browser.all("article img, article script")
        browser.check_quiet(gateway.url)
        refused = browser.run(
            "const tries = [() => { document.body.innerHTML = '<b>x</b>'; },"
            " () => { const made = document.createElement('script'); made.text = '1'; }];"
            "return tries.filter((attempt) => { try { attempt(); return false; } catch { return true; } }).length")
        assert refused == 2, refused


TESTS = [
    an_event_is_created_and_cancelled, an_answer_is_the_servers_own, examples_work_as_they_stand, texts_stay_texts,
]
