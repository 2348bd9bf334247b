"""The documentation page for who reads it: all there, found, looked at in any light and on any screen."""

import json
import urllib.request

from stage import SECONDS, Browser, Gateway, Keys

OPERATIONS = "#operations article"
SCREENS = (("desk", 1360, 900), ("tablet", 820, 1100), ("phone", 360, 740))


def ready(browser, url):
    """Opens the page, or a place of it, and waits until it is filled."""
    browser.open(url)
    browser.eventually("the operations", lambda: browser.one("main:not([aria-busy])") and browser.all(OPERATIONS))


def description(gateway):
    with urllib.request.urlopen(gateway.url + "/openapi.json", timeout=SECONDS) as answer:
        return json.load(answer)


def open_everything(browser):
    """Opens whatever can be opened, and what is in it, until nothing is closed any more."""
    opening = "const closed = [...document.querySelectorAll('#operations details:not([open])')];" \
        "for (const each of closed) each.open = true; return closed.length"
    for _ in range(12):
        # An element tells that it was opened after the script that opens it.
        if browser.run(opening) == 0 and browser.run("return document.querySelectorAll('details[open] > div:empty').length") == 0:
            return
        browser.driver.execute_async_script("setTimeout(arguments[0], 30)")
    raise AssertionError("there is always more to open")


def everything_is_there(binary, folder):
    """Every operation of the document is on the page, with its parameters, body and answers"""
    with Gateway(binary) as gateway, Browser() as browser:
        document = description(gateway)
        operations = {own["operationId"]: (method, path, own, item.get("parameters", []))
                      for path, item in document["paths"].items() for method, own in item.items() if method != "parameters"}
        assert len(operations) > 10
        ready(browser, gateway.url + "/docs")
        shown = browser.run("return [...document.querySelectorAll('%s')].map((each) => each.id)" % 'main article')
        assert shown[:4] == ["times", "paging", "errors", "mcp"] and sorted(shown[4:]) == sorted(operations), shown
        links = browser.run("return [...document.querySelectorAll('#links a')].map((each) => each.getAttribute('href').slice(1))")
        assert links == shown, links
        open_everything(browser)
        for name, (method, path, own, shared) in operations.items():
            text = browser.run("return document.getElementById(arguments[0]).textContent", name)
            expected = [method.upper(), path, own["summary"]] + [each["name"] for each in shared + own.get("parameters", [])]
            expected += [status for status in own["responses"]]
            body = own.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {}).get("$ref")
            if body:
                expected += document["components"]["schemas"][body.split("/")[-1]].get("properties", {})
            missing = [each for each in expected if each not in text]
            assert not missing, (name, missing)
            assert "[object" not in text and "undefined" not in text, (name, text)
        asked = browser.check_quiet(gateway.url)
        files = {url: len(urllib.request.urlopen(url, timeout=SECONDS).read()) for url in asked if "/openapi.json" not in url}
        assert sum(files.values()) < 200_000, files


def everything_can_be_read(binary, folder):
    """Contrast is AA and nothing is wider than the window, in light and dark, on a desk and on a phone"""
    with Gateway(binary) as gateway, Browser() as browser:
        for dark in (False, True):
            browser.prefer(dark)
            ready(browser, gateway.url + "/docs")
            for name, width, height in SCREENS:
                browser.resize(width, height)
                browser.picture(folder, "docs-%s-%s" % (name, "dark" if dark else "light"))
                browser.check_width()
            browser.click("#menu")
            browser.check_width()
            browser.click("#menu")
            open_everything(browser)
            for _, width, height in SCREENS:
                browser.resize(width, height)
                browser.check_width()
            browser.check_contrast()
        browser.check_quiet(gateway.url)


def the_colours_are_the_readers_choice(binary, folder):
    """The button switches between light and dark, and nothing of it is kept"""
    with Gateway(binary) as gateway, Browser(dark=True) as browser:
        ready(browser, gateway.url + "/docs")

        def paper():
            return browser.run("return getComputedStyle(document.body).backgroundColor")

        dark = paper()
        assert browser.one("#theme").text == "Light"
        browser.click("#theme")
        light = paper()
        assert light != dark and browser.one("#theme").text == "Dark"
        browser.check_contrast()
        ready(browser, gateway.url + "/docs?again")
        assert paper() == dark
        kept = browser.run("return [localStorage.length, sessionStorage.length, document.cookie]")
        assert kept == [0, 0, ""], kept


def it_says_whether_it_is_real(binary, folder):
    """A badge says before anything is sent whether it is carried out."""
    for settings, words in (({}, "Emulator: nothing here is real"),
                            ({"LUMA_SANDBOX": "false", "LUMA_API_KEY": "x", "LUMA_BASE_URL": "http://127.0.0.1:9"}, "Real: what you send is carried out")):
        with Gateway(binary, **settings) as gateway, Browser() as browser:
            ready(browser, gateway.url + "/docs")
            browser.eventually("the badge says " + words, lambda: browser.one("#mode").text == words)
            browser.check_contrast()
            browser.resize(360, 740)
            browser.check_width()


def the_search_finds(binary, folder):
    """The search leaves what fits as one types, and the keyboard goes through it"""
    with Gateway(binary) as gateway, Browser() as browser:
        ready(browser, gateway.url + "/docs")
        entries = "main article"
        count = len(browser.all(entries))
        assert count == len(browser.all(OPERATIONS)) + 4

        def shown():
            links = [each.get_attribute("href").split("#")[1] for each in browser.all("#links a") if each.is_displayed()]
            assert links == [each.get_attribute("id") for each in browser.all(entries) if each.is_displayed()]
            return links

        browser.press("/")
        assert browser.run("return document.activeElement.id") == "search"
        browser.press("tells every guest")
        assert shown() == ["cancelEvent"] and browser.one("#found").text == "1 found"
        browser.press(Keys.ESCAPE)
        assert len(shown()) == count
        browser.press("TEMPLATE creat")
        assert shown() == ["createFromTemplate"], shown()
        browser.press(Keys.ENTER)
        assert browser.run("return location.hash") == "#createFromTemplate"
        browser.press("/", "no such thing")
        assert shown() == [] and browser.one("#links .nothing").is_displayed()
        browser.press(Keys.ESCAPE, "event", Keys.ARROW_DOWN, Keys.ARROW_DOWN)
        assert browser.run("return document.activeElement.hash") == "#" + shown()[1]
        browser.press(Keys.ARROW_UP, Keys.ARROW_UP)
        assert browser.run("return document.activeElement.id") == "search"
        # Fields, statuses and reasons of bodies and answers, and the chapters.
        for words, wanted in (("guest_count", "cancelEvent"), ("401", "listEvents"), ("outcome_unknown", "errors"), ("retry-after", "errors"),
                              ("registration_questions", "createEvent"), ("%2b", "paging"), ("standard input", "mcp"), ("skip", "times")):
            browser.write("#search", words)
            browser.eventually(words, lambda: wanted in shown())
        browser.write("#search", "event")
        browser.eventually("events", lambda: len(shown()) > 4)
        # A slash in a text is a slash.
        browser.press("/")
        assert browser.one("#search").get_attribute("value") == "event/"
        browser.check_quiet(gateway.url)


def a_link_leads_to_its_operation(binary, folder):
    """A link leads to its operation, also to one that the search has left out, and one to nowhere does no harm"""
    with Gateway(binary) as gateway, Browser() as browser:
        def top(name):
            return browser.run("return document.getElementById(arguments[0]).getBoundingClientRect().top", name)

        ready(browser, gateway.url + "/docs#patchEvent")
        browser.eventually("the operation", lambda: -5 < top("patchEvent") < 200)
        assert browser.run("return document.activeElement.hash") == "#patchEvent"
        browser.eventually("its mark", lambda: browser.one("#links a[aria-current]").get_attribute("href").endswith("#patchEvent"))
        # The index goes with the page, so that who reads the last operation sees where he is.
        ready(browser, gateway.url + "/docs?last#metrics")
        browser.eventually("its mark in sight", lambda: browser.run(
            "const link = document.querySelector('#links a[aria-current]').getBoundingClientRect();"
            "return link.top > 60 && link.bottom < document.querySelector('.access').getBoundingClientRect().top"))
        browser.write("#search", "metrics")
        browser.open(gateway.url + "/docs?last#cancelEvent")
        browser.eventually("the operation", lambda: -5 < top("cancelEvent") < 200)
        ready(browser, gateway.url + "/docs?x#nothing%20'here")
        browser.check_quiet(gateway.url)


def the_keyboard_is_enough(binary, folder):
    """Whatever can be clicked is reached by the keyboard and shows that it is; an event is created by keys alone"""
    with Gateway(binary) as gateway, Browser() as browser:
        ready(browser, gateway.url + "/docs#createEvent")
        browser.run("window.seen = new Set()")
        for count in range(1, 61):
            browser.press(Keys.TAB)
            name, outline, seen = browser.run(
                "const now = document.activeElement; const style = getComputedStyle(now); window.seen.add(now);"
                "const width = style.outlineStyle === 'none' ? 0 : parseFloat(style.outlineWidth);"
                "return [now.outerHTML.slice(0, 200), width, window.seen.size]")
            assert outline >= 2, name
            assert seen == count, "the keyboard goes round in a circle: " + name
        ready(browser, gateway.url + "/docs?again#createEvent")
        browser.press(Keys.TAB, Keys.ARROW_RIGHT, Keys.ARROW_RIGHT)
        assert browser.one("#createEvent [aria-selected=true]").text == "JavaScript"
        browser.press(Keys.ARROW_RIGHT)
        assert browser.one("#createEvent [aria-selected=true]").text == "curl"
        browser.press(Keys.TAB, Keys.TAB, Keys.TAB, Keys.ENTER)
        assert browser.one("#createEvent .try").get_attribute("open")
        # The example, the field of the query, the body, the header fields, the button.
        browser.press(Keys.TAB, Keys.TAB, Keys.TAB, Keys.TAB, Keys.TAB, Keys.ENTER)
        status = browser.eventually("an answer", lambda: browser.one("#createEvent .result .status"))
        assert status.text == "201 Created", status.text
        assert browser.run("return document.activeElement.textContent") == "Send"
        ready(browser, gateway.url + "/docs?skip")
        browser.press(Keys.TAB, Keys.ENTER)
        assert browser.run("return document.activeElement.id") == "content"


TESTS = [
    everything_is_there, everything_can_be_read, the_colours_are_the_readers_choice, it_says_whether_it_is_real, the_search_finds,
    a_link_leads_to_its_operation, the_keyboard_is_enough,
]
