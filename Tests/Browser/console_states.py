"""Whether every state of the console can be read, by the pixels of its picture, in real Chromium: console_states.py BINARY FOLDER."""

import sys
import time

from console_stage import DAY, Console, Sandbox, gateway_to
from docs_reading import open_everything, ready
from stage import Gateway, play

YEAR = time.gmtime().tm_year + 1
THEMES = ((False, "light"), (True, "dark"))


def check(page, state, selector=None):
    """Looks at the pixels, with the part that it is about in the window."""
    if selector:
        page.run("document.querySelector(arguments[0]).scrollIntoView({ block: 'center' })", selector)
    page.check_pixels(state)


def forms_can_be_read(binary, folder):
    """Templates, suggestions, doubts, the past, refusals, what happens to the money, and what is told afterwards."""
    with Sandbox(binary) as sandbox, gateway_to(sandbox, binary) as gateway, Console(gateway.url) as page:
        for dark, theme in THEMES:
            page.prefer(dark)
            page.visit()
            page.begin_event("workshop", name="States", start_at="2027-03-28T02:30", timezone="Europe/Berlin")
            page.says(".preview", "no such time")
            check(page, "a template is chosen, " + theme, ".templates")
            check(page, "a time that is skipped, " + theme, ".preview")
            page.press_button("Create the event")
            page.says("[data-field=start_at] .trouble", "skip this time")
            check(page, "a refusal with suggestions, " + theme, "[data-field=start_at]")
            page.set("start_at", "2020-03-28T12:30")
            page.says(".preview", "in the past")
            check(page, "in the past, " + theme, ".preview")
            page.set("start_at", "%d-03-14T12:30" % YEAR)
            page.press_button("Create the event")
            page.is_closed()
            page.says("#toast", "Created: States")
            check(page, "what was done is told, " + theme)
            page.open_event("Benefit concert")
            page.press_button("Cancel this event")
            page.says("#sheet", "They have paid")
            check(page, "a cancellation, " + theme)
            page.press_button("Cancel the event")
            page.says("#sheet", "Say first whether")
            check(page, "a cancellation without a decision, " + theme)
            page.press_button("Keep it")
            page.is_closed()
            page.write("#search", "concert")
            page.says("#agenda-title", "Found")
            check(page, "found, " + theme, "#search")
            page.write("#search", "no such words")
            page.says("#found", "Nothing found")
            check(page, "nothing found, " + theme, "#search")
            page.write("#feed-name", "Team " + theme)
            page.press_button("Make a feed", "#feeds")
            page.says("#feeds", "shown only now")
            check(page, "a feed that was made, " + theme, "#feeds")
            page.press_button("Revoke", "#feeds")
            check(page, "a feed that is about to be revoked, " + theme, "#feeds")


STATUS = """new Response(JSON.stringify(((status) => {
  const budget = { ...status.budget, get: { limit: 200, remaining: window.left ?? 12 }, post: { limit: 100, remaining: 0 }, shared: false,
    closed_seconds: 20, waiting: 3 };
  const health = { ...status.health, status: window.word ?? 'degraded', message: 'The disk is full', cause: 'disk_full', store: { cause: 'disk_full' } };
  const row = { time: status.now, method: 'POST', route: '/events/', duration_ms: 12.5, upstream_calls: 2, label: 'me', request_id: 'w60abf0b5p3k1' };
  const requests = [200, 422, 503].map((code) => ({ ...row, status: code, reason: code === 200 ? null : 'validation_failed' }));
  return { ...status, budget, health, requests, mode: window.mode ?? status.mode, read_only: true,
    caller: { ...status.caller, scopes: window.word ? ['read'] : status.caller.scopes } };
})(await answer.json())))"""


def the_gateway_can_be_read(binary, folder):
    """A budget that is low or used up, each word of health, each kind of answer, a real Luma, and who may only read."""
    with Sandbox(binary) as sandbox, gateway_to(sandbox, binary) as gateway, Console(gateway.url) as page:
        page.change("/status", STATUS)
        for dark, theme in THEMES:
            page.prefer(dark)
            page.visit()
            page.says("#health-badge", "degraded")
            check(page, "degraded, a budget that is low, " + theme, "#gateway")
            page.run("scrollTo(0, 0)")
            check(page, "the badges, degraded, " + theme)
            page.run("window.word = 'unhealthy'; window.mode = 'luma'; window.left = 0")
            page.says("#health-badge", "not healthy")
            check(page, "not healthy, a budget that is used up, " + theme, "#gateway")
            page.run("scrollTo(0, 0)")
            check(page, "the badges of a real Luma that does not answer, read only, " + theme)
        page.picture(folder, "console-unhealthy")


def what_goes_wrong_can_be_read(binary, folder):
    """Nothing that answers, an event that cannot be read, and a token that nobody has."""
    with Sandbox(binary) as sandbox, Console("") as page:
        with gateway_to(sandbox, binary) as gateway:
            page.url = gateway.url
            page.visit()
        page.says("#troubles", "does not answer")
        for dark, theme in THEMES:
            page.prefer(dark)
            check(page, "the gateway is away, " + theme)
            page.open_event("Community meetup")
            page.says("#sheet", "What you see is what the list tells")
            check(page, "an event that cannot be read, " + theme)
            page.click("#sheet .close")
            page.is_closed()
    with Gateway(binary, LUMA_AUTH_TOKENS="me:write:" + "0123456789" * 3) as gateway, Console(gateway.url) as page:
        for dark, theme in THEMES:
            page.prefer(dark)
            page.visit("#sign-in:not([hidden])")
            page.write("#token-field", "not-one-of-them-at-all")
            page.click("#sign-in .primary")
            page.says("#token-trouble", "not one that the gateway knows")
            check(page, "a wrong token, " + theme)


def a_phone_can_be_read(binary, folder):
    """The month with its dots, the list, an event and a form on a phone."""
    with Sandbox(binary) as sandbox, gateway_to(sandbox, binary) as gateway, Console(gateway.url, width=390, height=844) as page:
        sandbox.create("Today", 3600)
        for dark, theme in THEMES:
            page.prefer(dark)
            page.visit()
            check(page, "a phone, " + theme)
            check(page, "the list on a phone, " + theme, "#agenda")
            check(page, "the requests on a phone, " + theme, "#requests")
            page.open_event("Today")
            page.says("#sheet", "No guests so far")
            check(page, "an event on a phone, " + theme)
            page.press_button("Edit")
            page.eventually("the form is there", lambda: page.all("#field-start_at"))
            check(page, "a form on a phone, " + theme)
            page.click("#sheet .close")
            page.is_closed()


def the_documentation_can_be_read(binary, folder):
    """The pages of the API as they are when they come, and with all that can be opened open."""
    with Gateway(binary) as gateway, Console(gateway.url) as page:
        for dark, theme in THEMES:
            page.prefer(dark)
            ready(page, gateway.url + "/docs")
            check(page, "the documentation, " + theme)
            open_everything(page)
            height = page.run("return document.querySelector('#operations').getBoundingClientRect().bottom - innerHeight")
            for part in range(10):
                page.run("scrollTo(0, arguments[0])", height * part / 9)
                check(page, "part %d of the documentation, %s" % (part, theme))


if __name__ == "__main__":
    play([
        forms_can_be_read, the_gateway_can_be_read, what_goes_wrong_can_be_read, a_phone_can_be_read,
        the_documentation_can_be_read,
    ], *sys.argv[1:])
