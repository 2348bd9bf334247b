"""Where somebody is in the console: the address, the history, and what is kept from being lost: console_place.py BINARY FOLDER."""

import sys
import time

from selenium.webdriver.common.keys import Keys

from console_stage import DAY, Console, Sandbox, gateway_to, middle_of
from stage import play

YEAR = time.gmtime().tm_year + 1


def place(page):
    return page.run("return location.hash")


def is_at(page, wanted):
    page.eventually("the address is %s, not %s" % (wanted, place(page)), lambda: place(page) == wanted)


def the_address_says_where_one_is(binary, folder):
    """A month, a day and an open event are in the address: reloading keeps them, Back goes back, and Back closes the dialog."""
    with Sandbox(binary) as sandbox, gateway_to(sandbox, binary) as gateway, Console(gateway.url) as page:
        then = time.gmtime(middle_of(2))
        event = sandbox.create("Far away", middle_of(2) - time.time())
        page.visit()
        here = page.text("#month-title")
        page.click("#next")
        page.click("#next")
        month = time.strftime("#%Y-%m", then)
        is_at(page, month)
        there = page.text("#month-title")
        page.driver.refresh()
        page.eventually("the month is kept", lambda: page.text("#month-title") == there)
        page.eventually("the event is in it", lambda: page.all(".chip[data-event='%s']" % event))
        page.click(".chip[data-event='%s']" % event)
        is_at(page, "#" + event)
        page.says("#sheet-title", "Far away")
        page.driver.refresh()
        page.says("#sheet-title", "Far away")
        assert page.text("#month-title") == there
        page.driver.back()
        page.is_closed()
        is_at(page, month)
        page.driver.forward()
        page.says("#sheet-title", "Far away")
        # Closed by other means, it leaves nothing behind in the history.
        page.click("#sheet .close")
        page.is_closed()
        is_at(page, month)
        page.click(".day-button[data-day='%d']" % (middle_of(2) // DAY))
        is_at(page, time.strftime("#%Y-%m-%d", then))
        page.says("#agenda", "Far away")
        page.driver.back()
        is_at(page, month)
        assert not page.all(".day.chosen")
        page.driver.back()
        page.driver.back()
        page.eventually("it is where it began", lambda: page.text("#month-title") == here)
        is_at(page, "")
        page.check_quiet(gateway.url)


def a_link_leads_to_an_event(binary, folder):
    """Also to one that no list holds, and a link to what is gone says so; hostile addresses are months of today."""
    with Sandbox(binary) as sandbox, gateway_to(sandbox, binary) as gateway, Console(gateway.url) as page:
        event = sandbox.create("Long ago", middle_of(-30) - time.time())
        page.open(gateway.url + "/#" + event)
        page.says("#sheet-title", "Long ago")
        page.click("#sheet .close")
        page.is_closed()
        is_at(page, time.strftime("#%Y-%m", time.gmtime(middle_of(-30))))
        page.complaints()
        page.run("location.hash = 'evt-none'")
        page.says("#toast", "no event at this address")
        page.eventually("it is a month", lambda: not place(page).startswith("#evt"))
        for odd in ("2027-13", "0000-01", "%E0%A4%A", "<img src=x>", "evt-" + "x" * 500, "2027-02-31"):
            page.open(gateway.url + "/?x#" + odd)
            page.run("location.reload()")
            page.eventually("the page is there", lambda: page.all("#agenda .row") and page.text("#month-title"))
            assert not page.one("#sheet").get_attribute("open")
        wrong, _ = page.complaints()
        assert not wrong, wrong


def text_is_not_lost(binary, folder):
    """Escape asks each time, Cancel and Back ask, and so does the browser before it reloads the page."""
    with Sandbox(binary) as sandbox, gateway_to(sandbox, binary) as gateway, Console(gateway.url) as page:
        page.visit()
        page.click("#new-event")
        page.eventually("the form is open", lambda: page.all(".event-form"))
        page.press("Half typed")
        for _ in range(3):
            page.press(Keys.ESCAPE)
            page.says("#sheet-question", "would be lost")
            assert page.one("#sheet").get_attribute("open")
        page.press_button("Keep writing")
        page.press_button("Cancel")
        page.says("#sheet-question", "would be lost")
        page.press_button("Keep writing")
        page.driver.back()
        page.says("#sheet-question", "would be lost")
        assert page.one("#field-name").get_attribute("value") == "Half typed"
        # The driver answers the browser's own question by itself: it is asked of the event that the browser sends.
        asks = ("const leaving = new Event('beforeunload', { cancelable: true }); dispatchEvent(leaving);"
                "return leaving.defaultPrevented")
        assert page.run(asks)
        page.press_button("Discard it")
        page.is_closed()
        # Nothing typed, nothing asked.
        assert not page.run(asks)
        page.click("#new-event")
        page.eventually("the form is open", lambda: page.all(".event-form"))
        page.driver.back()
        page.is_closed()
        page.driver.refresh()
        page.eventually("it is read anew", lambda: page.all("#agenda .row"))
        page.check_quiet(gateway.url)


if __name__ == "__main__":
    play([the_address_says_where_one_is, a_link_leads_to_an_event, text_is_not_lost], *sys.argv[1:])
