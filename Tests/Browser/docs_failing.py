"""The documentation page when something is refused or not there: it says what, and what to do."""

import json
import os
import subprocess

from docs_reading import ready
from docs_trying import Operation
from stage import Browser, Gateway, Keys


def a_refusal_says_why(binary, folder):
    """A refused event has its fields named, a body that is no JSON is told before it is sent, an event may be gone"""
    with Gateway(binary) as gateway, Browser() as browser:
        ready(browser, gateway.url + "/docs")
        create = Operation(browser, "createEvent")
        create.write("body", '{"name": "", "timezone": "Europe/Berln", "nme": 1}')
        status, text = create.send()
        assert status == 422, text
        problem = browser.one("#createEvent .problem").text
        for part in ("validation_failed", "start_at is required", "did you mean Europe/Berlin?", "did you mean name?"):
            assert part in problem, problem
        assert browser.one("#createEvent-body").get_attribute("aria-invalid") == "true"
        assert browser.one("#createEvent .try + p[role=status]").get_attribute("textContent").startswith("422 ")
        browser.check_contrast()
        browser.picture(folder, "docs-refused")
        create.write("body", '{"name": ')
        hint = browser.one("#createEvent .hint")
        assert hint.text.startswith("This is not JSON"), hint.text
        assert create.send()[0] == 400
        listing = Operation(browser, "listEvents")
        listing.write("limit", "0")
        assert listing.send()[0] == 422
        assert browser.one("#listEvents-limit").get_attribute("aria-invalid") == "true"
        lost = Operation(browser, "getEvent")
        lost.write("event_id", "evt/../?x")
        status, text = lost.send()
        assert status == 404 and "evt/../?x" in text, text
        lost.write("event_id", "")
        browser.click("#getEvent form .primary")
        assert browser.run("return document.activeElement.id") == "getEvent-event_id"
        # What no header field can hold is not sent.
        browser.click("#live .try summary")
        browser.write("#token", "茶")
        browser.click("#live form .primary")
        problem = browser.eventually("what is wrong", lambda: browser.one("#live .problem").text)
        assert problem.startswith("Nothing was sent: ") and browser.one("#live form .primary").get_attribute("aria-disabled") == "false"
        browser.check_quiet(gateway.url, refused=4)


def a_token_is_asked_for(binary, folder):
    """Where a token is needed that is said, the token opens what it is good for, and is nowhere but in the request"""
    reader, stranger = "reader-f3b9d0c47a51e682", "stranger-91a7c0de55aa43f2"
    with Gateway(binary, LUMA_AUTH_TOKENS="dashboard:read:" + reader) as gateway, Browser(width=390, height=780) as browser:
        ready(browser, gateway.url + "/docs")
        listing = Operation(browser, "listEvents")
        status, text = listing.send()
        assert status == 401 and "unauthenticated" in text and "LUMA_AUTH_TOKENS" in text, text
        browser.picture(folder, "docs-token")
        browser.click("#listEvents .problem button")
        assert browser.run("return document.activeElement.id") == "token"
        browser.press(stranger)
        browser.press(Keys.ESCAPE)
        status, text = listing.send()
        assert status == 401 and "invalid_token" in text, text
        browser.click("#menu")
        browser.write("#token", reader)
        browser.picture(folder, "docs-token-given")
        browser.click("#menu")
        assert listing.send()[0] == 200
        example = browser.one("#listEvents .example pre").get_attribute("textContent")
        assert "$LUMA_GATEWAY_TOKEN" in example and reader not in example, example
        status, text = Operation(browser, "createEvent").send()
        assert status == 403 and "insufficient_scope" in text and "scope write" in text, text
        # A read-only token costs nothing where none is asked for.
        assert Operation(browser, "health").send()[0] == 200
        kept = browser.run("return [localStorage.length, sessionStorage.length, document.cookie, location.href]")
        assert kept == [0, 0, "", gateway.url + "/docs"], kept
        asked = browser.check_quiet(gateway.url, refused=3)
        assert not any(reader in url for url in asked), asked
        ready(browser, gateway.url + "/docs?again")
        assert browser.one("#token").get_attribute("value") == ""
        # The example that stands in a shell with the variable works.
        out = subprocess.run(
            ["bash", "-ec", example], capture_output=True, text=True, check=True, timeout=20,
            env={**os.environ, "LUMA_GATEWAY_TOKEN": reader}).stdout
        assert json.loads(out)["entries"], out


def nothing_can_be_changed(binary, folder):
    """A gateway that is read only says so"""
    with Gateway(binary, LUMA_READ_ONLY="true") as gateway, Browser() as browser:
        ready(browser, gateway.url + "/docs")
        status, text = Operation(browser, "createEvent").send()
        assert status == 403 and "read_only" in text and "LUMA_READ_ONLY" in text, text


def the_description_is_not_there(binary, folder):
    """Without the document the page says what is missing, and is filled when it comes"""
    with Gateway(binary) as gateway, Browser() as browser:
        browser.command("Network.enable")
        browser.command("Network.setBlockedURLs", urls=["*/openapi.json"])
        browser.open(gateway.url + "/docs")
        notice = browser.eventually("a notice", lambda: browser.one("#operations [role=alert]"))
        assert "could not be filled" in notice.text
        browser.check_contrast()
        browser.picture(folder, "docs-empty")
        browser.command("Network.setBlockedURLs", urls=[])
        browser.click("#operations [role=alert] button")
        browser.eventually("the operations", lambda: len(browser.all("#operations article")) > 10)
        browser.check_quiet(gateway.url)


def the_server_goes_away(binary, folder):
    """When the server has ended, what is tried out says that there was no answer"""
    with Browser() as browser:
        with Gateway(binary) as gateway:
            ready(browser, gateway.url + "/docs")
            Operation(browser, "live")
        browser.click("#live form .primary")
        problem = browser.eventually("what is wrong", lambda: browser.one("#live .problem").text)
        assert problem.startswith("No answer: ") and "may have arrived all the same" in problem, problem


def https_is_no_different(binary, folder):
    """Over HTTPS the page works as it does without"""
    key, certificate = (os.path.join(folder, name) for name in ("key.pem", "certificate.pem"))
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", key, "-out", certificate],
        check=True, capture_output=True)
    with Gateway(binary, LUMA_TLS_CERT=certificate, LUMA_TLS_KEY=key) as gateway, Browser() as browser:
        assert gateway.url.startswith("https://"), gateway.url
        ready(browser, gateway.url + "/docs")
        assert Operation(browser, "createEvent").send()[0] == 201
        assert gateway.url in browser.one("#createEvent .example pre").text
        browser.check_quiet(gateway.url)


TESTS = [
    a_refusal_says_why, a_token_is_asked_for, nothing_can_be_changed, the_description_is_not_there, the_server_goes_away,
    https_is_no_different,
]
