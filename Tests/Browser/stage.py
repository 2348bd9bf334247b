"""What the tests of all pages share: the gateway, real headless Chromium, and what must hold of every page."""

import base64
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from urllib.parse import urlsplit

import axe_core_python
from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

SECONDS = 20
# Runs in the page: the texts whose contrast is less than WCAG 2.2 asks for at level AA (1.4.3).
HERE = os.path.dirname(os.path.abspath(__file__))
CONTRAST = open(os.path.join(HERE, "contrast.js"), encoding="utf-8").read()
AXE = open(os.path.join(os.path.dirname(axe_core_python.__file__), "axe.min.js"), encoding="utf-8").read()
# The contrast by what the picture of the page shows.
PIXELS = open(os.path.join(HERE, "pixels.js"), encoding="utf-8").read()


class Gateway:
    """The gateway with the emulator in it, ended with the block."""

    def __init__(self, binary, **settings):
        self.folder = tempfile.TemporaryDirectory()
        environment = {"PATH": os.environ["PATH"], "LUMA_SANDBOX": "true", "LUMA_PORT": "0", "LUMA_HOST": "127.0.0.1"}
        environment.update(LUMA_LOG_FILE=os.path.join(self.folder.name, "log"), **settings)
        self.process = subprocess.Popen(
            [binary, "serve"], cwd=self.folder.name, env=environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )
        self.url = re.search(r"https?://[^/\s]+", self.process.stdout.readline()).group(0)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(20)
        self.folder.cleanup()


class Browser:
    """One window, with what it has complained of and whom it has asked. Ended with the block."""

    def __init__(self, width=1280, height=900, dark=False, language="en-GB"):
        options = webdriver.ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        # As root there is no sandbox of its own; the pages are ours. Nothing is asked of the browser's own servers.
        for argument in ("headless=new", "no-sandbox", "disable-gpu", "disable-dev-shm-usage", "no-first-run",
                         "disable-background-networking", "disable-component-update", "disable-sync",
                         "force-prefers-reduced-motion", "hide-scrollbars", "lang=" + language):
            options.add_argument("--" + argument)
        options.add_experimental_option("prefs", {"intl.accept_languages": language})
        # A gateway's own certificate is nobody else's.
        options.accept_insecure_certs = True
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        service = webdriver.ChromeService(executable_path="/usr/bin/chromedriver")
        self.driver = webdriver.Chrome(options=options, service=service)
        self.driver.set_script_timeout(SECONDS)
        # Headless windows have a smallest width; the emulation of a device has not.
        self.resize(width, height)
        self.prefer(dark)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.driver.quit()

    # What a person does.

    def open(self, url):
        self.driver.get(url)

    def resize(self, width, height):
        self.command("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600)

    def prefer(self, dark):
        self.command("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"},
            {"name": "prefers-reduced-motion", "value": "reduce"},
        ])

    def press(self, *keys):
        """Keys for whatever has the focus."""
        webdriver.ActionChains(self.driver).send_keys(*keys).perform()

    def click(self, selector, within=None):
        """Clicks when it is there to be clicked."""
        def attempt():
            found = self.one(selector, within)
            self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", found)
            found.click()
            return True
        self.eventually("click on " + selector, attempt)

    def write(self, selector, text, within=None):
        """Puts this text in the place of what a field has."""
        field = self.one(selector, within)
        field.send_keys(Keys.CONTROL, "a")
        field.send_keys(Keys.DELETE)
        field.send_keys(text)

    # What is there.

    def one(self, selector, within=None):
        return (within or self.driver).find_element(By.CSS_SELECTOR, selector)

    def all(self, selector, within=None):
        return (within or self.driver).find_elements(By.CSS_SELECTOR, selector)

    def run(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def command(self, name, **parameters):
        return self.driver.execute_cdp_cmd(name, parameters)

    def eventually(self, what, condition):
        """Waits for a true value; what fails while a page is being made is tried again."""
        waiting = WebDriverWait(self.driver, SECONDS, 0.05, ignored_exceptions=(WebDriverException,))
        return waiting.until(lambda _: condition(), what)

    def picture(self, folder, name, whole=False):
        data = self.command("Page.captureScreenshot", captureBeyondViewport=whole, format="png")["data"]
        with open(os.path.join(folder, name + ".png"), "wb") as file:
            file.write(base64.b64decode(data))

    # What must hold of every page.

    def complaints(self):
        """What the console says since the last look: errors and warnings of the page, and requests that were refused."""
        entries = self.driver.get_log("browser")
        refused = [entry["message"] for entry in entries if entry["source"] == "network"]
        wrong = [entry["message"] for entry in entries if entry["source"] != "network" and entry["level"] != "INFO"]
        return wrong, refused

    def asked(self):
        """The URLs of all requests since the last look."""
        messages = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        return [each["params"]["request"]["url"] for each in messages if each["method"] == "Network.requestWillBeSent"]

    def check_quiet(self, url, refused=0):
        """Nothing wrong in the console, as many requests refused as were meant to be, and nobody else was asked."""
        wrong, network = self.complaints()
        assert not wrong, wrong
        assert len(network) == refused, network
        asked = self.asked()
        strangers = [each for each in asked if urlsplit(each).netloc != urlsplit(url).netloc and not each.startswith("data:")]
        assert not strangers, strangers
        return asked

    def check_contrast(self):
        poor = self.run(CONTRAST + "; return poorContrast()")
        assert not poor, "\n".join(poor[:20])

    def check_axe(self, state):
        """axe-core has nothing to say of the page, nor of what is open in it."""
        self.run(AXE + "; window.axe = axe")
        found = self.driver.execute_async_script(
            "const done = arguments[0]; axe.run({ resultTypes: ['violations'] }).then(({ violations }) => done(violations.map(({ id, help, nodes }) =>"
            "`${id}: ${help}: ${nodes.slice(0, 3).map(({ html }) => html.slice(0, 120)).join(' | ')}`)), (error) => done([String(error)]))")
        assert not found, "%s:\n%s" % (state, "\n".join(found))

    def check_pixels(self, state):
        """Every text that is in the window can be read on its picture."""
        # What was asked for has been painted.
        self.driver.execute_async_script("const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => done()))")
        size = self.run("return [innerWidth, innerHeight, scrollX, scrollY]")
        scale = 2
        data = self.command(
            "Page.captureScreenshot", format="png", clip={"x": size[2], "y": size[3], "width": size[0], "height": size[1], "scale": scale})["data"]
        poor = self.driver.execute_async_script(
            PIXELS + "; const [data, scale, done] = arguments; unreadable(data, scale).then(done, (error) => done([String(error)]))",
            data, scale)
        assert not poor, "%s:\n%s" % (state, "\n".join(poor[:20]))

    def check_width(self):
        """Nothing is wider than the window, so nobody has to scroll sideways."""
        wide = self.run(
            "const width = document.documentElement.clientWidth;"
            "return [document.documentElement.scrollWidth - width].concat([...document.querySelectorAll('body *')]"
            ".filter((each) => each.getBoundingClientRect().right > width + 1 && each.checkVisibility()"
            " && !each.closest('.scroller, pre, .aside')).slice(0, 5).map((each) => each.outerHTML.slice(0, 120)))")
        assert wide[0] <= 0 and len(wide) == 1, wide


def play(tests, binary, folder):
    """Plays each test, says how long it took, and ends with the first that fails."""
    os.makedirs(folder, exist_ok=True)
    for test in tests:
        start = time.monotonic()
        try:
            test(os.path.abspath(binary), folder)
        except BaseException:
            print("failed: " + test.__name__, file=sys.stderr, flush=True)
            raise
        print("%s: %.1f s" % (test.__doc__.split("\n")[0].rstrip("."), time.monotonic() - start), flush=True)
