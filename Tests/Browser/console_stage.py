"""What the tests of the console share: an emulator that can be asked what was done to it, and the page as a person uses it."""

import atexit
import calendar
import datetime
import json
import re
import subprocess
import time
import urllib.request
import zoneinfo

from selenium.webdriver.common.action_chains import ActionChains

from stage import Browser, Gateway

DAY = 86_400
ZONE = "Europe/Berlin"


class Sandbox:
    """The emulator on its own, ended with the block."""

    def __init__(self, binary, empty=False):
        self.process = subprocess.Popen(
            [binary, "sandbox", "--port", "0"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True,
        )
        atexit.register(self.process.kill)
        self.url = re.search(r"https?://[^/\s]+", self.process.stdout.readline()).group(0)
        self.post("/_sandbox/rate-limit", {"limit": 100_000})
        if empty:
            for event in self.events():
                if event["platform"] == "luma":
                    self.cancel(event["id"])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        self.process.terminate()
        self.process.wait(20)

    def get(self, path):
        with urllib.request.urlopen(self.url + path) as answer:
            return json.load(answer)

    def post(self, path, body):
        request = urllib.request.Request(
            self.url + path, json.dumps(body).encode(), {"Content-Type": "application/json", "x-luma-api-key": "test"})
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    def events(self):
        return self.get("/_sandbox/events")["entries"]

    def names(self):
        return [event["name"] for event in self.events()]

    def named(self, name):
        return next(event for event in self.events() if event["name"] == name)

    def count(self, what):
        return self.get("/_sandbox/state")[what]

    def create(self, name, start, hours=2.0, zone=ZONE, **settings):
        """An event that begins so many seconds from now."""
        begin = int(time.time() + start)
        body = {"name": name, "start_at": moment(begin), "end_at": moment(begin + hours * 3600), "timezone": zone, **settings}
        return self.post("/v1/events/create", body)["id"]

    def cancel(self, event):
        told = self.post("/v1/events/cancel/request", {"event_id": event})
        body = {"event_id": event, "cancellation_token": told["cancellation_token"], "should_refund": True}
        self.post("/v1/events/cancel", body)


def moment(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(seconds))


def middle_of(months):
    """Noon of the 15th so many months from now, in the month of the person who looks at the page."""
    now = datetime.datetime.now(zoneinfo.ZoneInfo(ZONE))
    year, month = divmod(now.year * 12 + now.month - 1 + months, 12)
    return calendar.timegm((year, month + 1, 15, 12, 0, 0))


def gateway_to(sandbox, binary, **settings):
    """A gateway in front of the emulator; what is kept is asked for anew."""
    return Gateway(
        binary, LUMA_SANDBOX="false", LUMA_BASE_URL=sandbox.url, LUMA_API_KEY="test", LUMA_CACHE_SECONDS="0", **settings)


class Console(Browser):
    """The console in a window whose person lives in Berlin."""

    def __init__(self, url, **window):
        super().__init__(**window)
        self.url = url
        self.command("Emulation.setTimezoneOverride", timezoneId=ZONE)

    def visit(self, wait="#agenda .row"):
        self.open(self.url + "/")
        self.eventually("the console shows " + wait, lambda: self.all(wait))

    def text(self, selector):
        return self.run("return document.querySelector(arguments[0])?.innerText ?? ''", selector)

    def texts(self, selector):
        return self.run("return [...document.querySelectorAll(arguments[0])].map((each) => each.innerText)", selector)

    def names(self):
        """What the list shows."""
        return self.texts("#agenda .row-name")

    def says(self, selector, *words):
        self.eventually(
            "%s says %s, not: %s" % (selector, words, self.text(selector)),
            lambda: all(word in self.text(selector) for word in words))

    def set(self, field, value):
        """Gives a field of the form a value, as typing it does."""
        self.run(
            "const field = document.getElementById('field-' + arguments[0]); field.value = arguments[1];"
            "field.dispatchEvent(new Event('input', { bubbles: true }))", field, value)

    def begin_event(self, template="", **fields):
        """Opens the form for a new event and fills it in."""
        self.click("#new-event")
        self.eventually("the form is open", lambda: self.all(".event-form"))
        if template:
            self.run("document.querySelector(`input[value='${arguments[0]}']`).click()", template)
        for name, value in fields.items():
            self.set(name, value)

    def open_event(self, name):
        self.eventually(name + " is in the list", lambda: name in self.names())
        self.run(
            "[...document.querySelectorAll('#agenda .row')]"
            ".find((row) => row.querySelector('.row-name').innerText === arguments[0]).click()", name)
        self.eventually("the event is shown", lambda: self.text("#sheet-title") == name)

    def press_button(self, words, within="#sheet"):
        """Clicks the button that says this."""
        def attempt():
            return self.run(
                "const found = [...document.querySelectorAll(arguments[0] + ' button')]"
                ".find((each) => each.innerText === arguments[1]); found?.click(); return found !== undefined", within, words)
        self.eventually("a button says " + words, attempt)

    def pause(self, seconds):
        """Lets the page do what it has to do."""
        self.driver.execute_async_script("setTimeout(arguments[1], arguments[0] * 1000)", seconds)

    def comes_back(self, seconds):
        """Shows the page again as if so much time had passed, and lets it ask what it then asks."""
        self.run(
            "const now = Date.now; Date.now = () => now() + arguments[0] * 1000;"
            "document.dispatchEvent(new Event('visibilitychange')); Date.now = now", seconds)
        self.pause(0.5)

    # What befalls its requests.

    def hold(self, beginning):
        """Keeps back the answers to requests whose method and path begin so."""
        self.run(
            "const [real, beginning] = [window.fetch, arguments[0]]; const held = [];"
            "window.fetch = async (path, options) => { const answer = await real(path, options);"
            "if (`${options.method} ${path}`.startsWith(beginning)) await new Promise((resolve) => held.push(resolve));"
            "return answer; };"
            "window.letGo = () => { window.fetch = real; for (const resolve of held) resolve(); }", beginning)

    def let_go(self):
        self.run("window.letGo()")

    def answers(self, do_come):
        """Whether lists of events reach the page."""
        self.command("Network.setBlockedURLs", urls=[] if do_come else ["*/events/?*"])

    def change(self, path, expression):
        """On the next page, counts requests by path, and lets an expression of `answer` stand for the answers to one path."""
        self.command("Page.addScriptToEvaluateOnNewDocument", source=(
            "const real = window.fetch; window.counts = {}; window.fetch = async (address, options) => {"
            "const path = address.split('?')[0]; window.counts[path] = (window.counts[path] ?? 0) + 1;"
            "const answer = await real(address, options); return path === '%s' ? %s : answer; }") % (path, expression))

    def chord(self, held, key):
        """A key while another one is held."""
        ActionChains(self.driver).key_down(held).send_keys(key).key_up(held).perform()

    def is_closed(self):
        self.eventually("the dialog is closed: " + self.text("#sheet"), lambda: not self.one("#sheet").get_attribute("open"))
