"""What the console does while answers are late or do not come, in real Chromium: console_waiting.py BINARY FOLDER."""

import sys
import time

from selenium.webdriver.common.keys import Keys

from console_stage import Console, Sandbox, gateway_to, middle_of
from stage import play

YEAR = time.gmtime().tm_year + 1


def begin_another(page):
    """Turns away from what is open to a form of which something is typed."""
    page.click("#sheet .close")
    if page.all("#sheet-question button"):
        page.press_button("Discard it")
    page.is_closed()
    page.begin_event(name="Half typed")


def check_kept(page):
    assert page.one("#sheet").get_attribute("open") and page.one("#field-name").get_attribute("value") == "Half typed"


def a_late_answer_closes_nothing_else(binary, folder):
    """Who does not wait for an answer keeps what is open by then, and is told all the same what has happened."""
    with Sandbox(binary) as sandbox, gateway_to(sandbox, binary) as gateway, Console(gateway.url) as page:
        page.visit()
        page.hold("POST /events/")
        page.begin_event(name="Slow", start_at="%d-03-01T19:00" % YEAR)
        page.press_button("Create the event")
        page.eventually("it is made", lambda: "Slow" in sandbox.names())
        begin_another(page)
        page.let_go()
        page.says("#toast", "Created", "Slow")
        check_kept(page)
        begin_another(page)
        page.click("#sheet .close")
        page.press_button("Discard it")
        page.open_event("Slow")
        page.press_button("Cancel this event")
        page.says("#sheet", "cannot be undone")
        page.hold("DELETE /events/")
        page.press_button("Cancel the event")
        page.eventually("it is cancelled", lambda: "Slow" not in sandbox.names())
        begin_another(page)
        page.let_go()
        page.says("#toast", "Cancelled", "Slow")
        check_kept(page)
        page.visit()
        page.hold("GET /templates/")
        page.click("#new-event")
        page.open_event("Community meetup")
        page.let_go()
        page.pause(0.5)
        assert page.text("#sheet-title") == "Community meetup" and not page.all(".event-form")
        page.check_quiet(gateway.url)


def a_month_that_was_not_read(binary, folder):
    """A month that was turned to before anything was known, or whose reading failed, is filled when there are answers again."""
    with Sandbox(binary) as sandbox, gateway_to(sandbox, binary) as gateway, Console(gateway.url) as page:
        # The first page that is read ends within that month.
        begin = middle_of(4) - time.time()
        for number in range(120):
            sandbox.create("Event %d" % number, begin + number * 60, hours=0.5)
        sandbox.create("After them", begin + 7 * 86_400)
        sandbox.create("Long ago", middle_of(-9) - time.time())
        page.command("Network.enable")
        page.answers(False)
        page.visit("#troubles button")
        for _ in range(4):
            page.click("#next")
        page.answers(True)
        page.press_button("Try now", "#troubles")
        page.eventually("all of the month is there", lambda: page.all(".chip[title='After them']"))
        page.eventually("the trouble is over", lambda: page.text("#troubles") == "")
        page.answers(False)
        for _ in range(13):
            page.click("#previous")
        page.eventually("the failure is told", lambda: page.all("#troubles button"))
        # Trying in vain does not take the focus away.
        page.run("window.before = document.querySelector('#troubles button'); window.before.focus()")
        page.press(Keys.ENTER)
        page.eventually("it is told anew, with the focus there", lambda: page.run(
            "return document.activeElement !== window.before && document.activeElement.innerText === 'Try now'"))
        assert not page.all(".chip")
        page.answers(True)
        page.press(Keys.ENTER)
        page.eventually("the month is there", lambda: page.all(".chip[title='Long ago']"))
        wrong, _ = page.complaints()
        assert not wrong, wrong


def a_wait_that_is_asked_for_is_kept(binary, folder):
    """While the events are refused for a minute, the status goes on being asked for, and they are not."""
    refusal = "new Response('{\"error\":\"Not now\"}', { status: 503, headers: { 'Retry-After': '60' } })"
    with Sandbox(binary) as sandbox, gateway_to(sandbox, binary) as gateway:
        with Console(gateway.url) as page:
            page.change("/events/", refusal)
            page.visit("#troubles button")
            page.says("#troubles", "Not now", "The next try is in 60 s")
            page.eventually("the status is asked for again", lambda: page.run("return window.counts['/status']") >= 3)
            assert page.run("return window.counts['/events/']") == 1
            wrong, _ = page.complaints()
            assert not wrong, wrong
        # The same when the page was hidden for a part of it.
        with Console(gateway.url) as page:
            page.change("/status", refusal)
            page.visit("#troubles button")
            page.comes_back(30)
            assert page.run("return window.counts['/status']") == 1
            page.comes_back(90)
            page.eventually("it is asked for", lambda: page.run("return window.counts['/status']") == 2)


def what_is_cut_is_said(binary, folder):
    """Events that are more than are read in one go are told as long as they are so many."""
    with Sandbox(binary) as sandbox, gateway_to(sandbox, binary) as gateway, Console(gateway.url) as page:
        page.visit()
        # Of the module that reads them: a page never comes to its end, then it does.
        cut = page.driver.execute_async_script(
            "const done = arguments[0]; import('/assets/console-events.js').then(async ({ Events }) => {"
            "const real = window.fetch; let isEndless = true;"
            "window.fetch = async () => Response.json({"
            "  entries: [{ id: 'evt-one', start_at: '2030-01-02T00:00:00Z' }], has_more: isEndless, next_cursor: 'next' });"
            "const [from, until] = [Date.UTC(2030, 0, 1), Date.UTC(2030, 1, 1)]; const events = new Events(); const cut = [];"
            "for (isEndless of [true, false]) {"
            "  await events.refresh(from, until, { from, to: until }); cut.push(events.isCut); }"
            "window.fetch = real; return cut; }).then(done, (error) => done(String(error)))")
        assert cut == [True, False], cut


def what_nobody_expected_ends_nothing(binary, folder):
    """An answer that the page cannot draw is reported, and the next one is drawn."""
    with Sandbox(binary) as sandbox, gateway_to(sandbox, binary) as gateway, Console(gateway.url) as page:
        page.change("/status", "window.counts['/status'] === 1 ? Response.json({ ...await answer.json(), budget: null }) : answer")
        page.visit()
        page.eventually("the next one is drawn", lambda: page.text("#health-badge") == "healthy")
        wrong, _ = page.complaints()
        assert len(wrong) == 1 and "TypeError" in wrong[0], wrong


if __name__ == "__main__":
    play([
        a_late_answer_closes_nothing_else, a_month_that_was_not_read, a_wait_that_is_asked_for_is_kept,
        what_is_cut_is_said, what_nobody_expected_ends_nothing,
    ], *sys.argv[1:])
