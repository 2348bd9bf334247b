"""How the console looks in each state, by the pixels of its picture, in real Chromium: console_look.py BINARY FOLDER."""

import calendar
import sys
import time

from console_stage import DAY, Console, Sandbox, gateway_to, middle_of
from docs_reading import ready
from stage import Gateway, play


def at_the_end_of_a_month(page, months=0):
    """The page believes that it is noon of the last day of a month, which the next month shows, too."""
    year, month = time.gmtime(middle_of(months))[:2]
    last = calendar.timegm((year, month, calendar.monthrange(year, month)[1], 12, 0, 0))
    # The week must go on in the next month: else the day before it is taken.
    page.command("Page.addScriptToEvaluateOnNewDocument", source=(
        "const apart = %d * 1000 - Date.now(); const real = Date.now; Date.now = () => real() + apart;" % last))
    return last


def hover(page, selector):
    page.run("document.querySelector(arguments[0]).scrollIntoView({ block: 'nearest' })", selector)
    box = page.run("const { left, top, width, height } = document.querySelector(arguments[0]).getBoundingClientRect();"
                   "return [left + Math.min(width / 2, 20), top + height / 2]", selector)
    page.command("Input.dispatchMouseEvent", type="mouseMoved", x=box[0], y=box[1])
    page.pause(0.3)


def every_state_can_be_read(binary, folder):
    """Today in its own and in another month, chosen, pointed at, over, going on, in light and dark."""
    with Sandbox(binary) as sandbox, gateway_to(sandbox, binary) as gateway, Console(gateway.url) as page:
        # A month whose last day is in the first week of the next one.
        ahead = next(each for each in range(12) if calendar.weekday(*time.gmtime(middle_of(each + 1))[:2], 1) != 0)
        last = at_the_end_of_a_month(page, ahead)
        now = last - time.time()
        for shift, hours, name in ((-3 * DAY, 2, "Over"), (-1, 2, "Now"), (-2 * DAY, 200, "Long"), (DAY, 2, "Next"), (2 * DAY, 2, "Weekend")):
            sandbox.create("State: " + name, now + shift, hours=hours)
        today = ".day-button[aria-current='date']"
        for dark in (False, True):
            page.prefer(dark)
            page.visit()
            page.eventually("the month is drawn", lambda: page.all(".chip.long") and page.all(today))
            page.check_pixels("today in its month")
            hover(page, today)
            page.check_pixels("today, pointed at")
            page.click(today)
            page.check_pixels("today, chosen")
            page.press_button("All that is coming up", "#agenda")
            page.click("#next")
            page.eventually("today is a day of the month before", lambda: page.all(".day.outside.today"))
            page.check_pixels("today in the next month")
            hover(page, today)
            page.check_pixels("today in the next month, pointed at")
            page.picture(folder, "console-states-%s" % ("dark" if dark else "light"))
            hover(page, ".chip")
            page.check_pixels("an event, pointed at")
            page.run("document.querySelector('#gateway').scrollIntoView()")
            page.check_pixels("the gateway")
            page.open_event("State: Next")
            page.eventually("all is read", lambda: page.all("#sheet .primary"))
            page.check_pixels("an event")
            page.press_button("Edit")
            page.eventually("the form is there", lambda: page.all("#field-start_at"))
            page.set("name", "")
            page.press_button("Save the changes")
            page.says("[data-field=name] .trouble", "name")
            page.check_pixels("a form")
            page.press_button("Cancel")
            page.says("#sheet-question", "would be lost")
            page.check_pixels("a question")
            page.press_button("Discard it")
            page.is_closed()
        wrong, _ = page.complaints()
        assert not wrong, wrong


def names_can_be_read(binary, folder):
    """At 1024 pixels a name in the month is more than a letter beside the widest time of either clock; below that the list stands under the month."""
    with Sandbox(binary) as sandbox, gateway_to(sandbox, binary) as gateway:
        sandbox.create("Intro to Swift", 2 * DAY, zone="Europe/Berlin")
        for language in ("en-GB", "en-US"):
            with Console(gateway.url, width=1024, height=768, language=language) as page:
                page.visit()
                page.eventually("the month is drawn", lambda: page.all(".chip:not(.long) .name"))
                # Whatever the hour of this run is: ten at night is the widest on both clocks.
                page.run("""
                    const widest = new Intl.DateTimeFormat(arguments[0], { hour: 'numeric', minute: '2-digit' }).format(new Date(2026, 0, 1, 22, 0));
                    for (const time of document.querySelectorAll('.chip .time')) time.textContent = widest;
                """, language)
                room = page.run("return Math.min(...[...document.querySelectorAll('.chip:not(.long) .name')].map((each) => each.clientWidth))")
                assert room >= 50, (language, room)
                page.check_width()
                page.picture(folder, "console-1024-" + language)
                page.check_quiet(gateway.url)


def axe_finds_nothing(binary, folder):
    """axe-core looks at the page, an event, a form, its refusal, a cancellation, a search, the token and the documentation."""
    with Sandbox(binary) as sandbox, gateway_to(sandbox, binary) as gateway, Console(gateway.url) as page:
        page.visit()
        page.check_axe("the page")
        page.open_event("Community meetup")
        page.eventually("all is read", lambda: page.all("#sheet .primary"))
        page.check_axe("an event")
        page.press_button("Edit")
        page.eventually("the form is there", lambda: page.all("#field-start_at"))
        page.set("name", "")
        page.press_button("Save the changes")
        page.says("[data-field=name] .trouble", "name")
        page.check_axe("a form that is refused")
        page.press_button("Cancel")
        page.press_button("Discard it")
        page.is_closed()
        page.open_event("Benefit concert")
        page.press_button("Cancel this event")
        page.says("#sheet", "They have paid")
        page.check_axe("a cancellation")
        page.press_button("Keep it")
        page.is_closed()
        page.write("#search", "meetup")
        page.check_axe("a search")
        ready(page, gateway.url + "/docs")
        page.check_axe("the documentation")
    with Gateway(binary, LUMA_AUTH_TOKENS="me:write:" + "0123456789" * 3) as gateway, Console(gateway.url, width=390) as page:
        page.visit("#sign-in:not([hidden])")
        page.check_axe("the token, on a phone")


def buttons_are_wide_enough(binary, folder):
    """On a phone every button, link of the head and field is at least 44 pixels high, and nothing scrolls sideways."""
    with Sandbox(binary) as sandbox, gateway_to(sandbox, binary) as gateway, Console(gateway.url, width=390, height=844) as page:
        page.visit()
        low = ("return [...document.querySelectorAll('button, select, input:not([type=checkbox], [type=radio]), nav a')]"
               ".filter((each) => each.checkVisibility() && !each.closest('.aside') && each.getBoundingClientRect().height < 43.9)"
               ".map((each) => each.outerHTML.slice(0, 100))")
        assert not page.run(low), page.run(low)
        page.click("#new-event")
        page.eventually("the form is open", lambda: page.all(".event-form"))
        assert not page.run(low), page.run(low)
        page.check_width()


def one_way_of_writing(binary, folder):
    """Where the browser is American, the week, the times and the dates are."""
    with Sandbox(binary) as sandbox, gateway_to(sandbox, binary) as gateway, Console(gateway.url, language="en-US") as page:
        sandbox.create("American", 50 * DAY, zone="Europe/Berlin")
        page.visit()
        page.eventually("the event is there", lambda: "American" in page.names())
        assert page.texts(".weekdays span")[0] == "Sun"
        texts = page.texts("#agenda .row-time") + [each for each in page.texts(".chip .time") if each]
        assert texts and all(each == "now" or each.lower().endswith(("am", "pm")) for each in texts), texts
        page.open_event("American")
        stated = page.text("#sheet .when-there")
        assert ("AM" in stated or "PM" in stated) and stated.split(",")[1].split()[0].isalpha(), stated
        # So is what the gateway tells as data.
        told = page.driver.execute_async_script(
            "const done = arguments[0]; import('/assets/console-problems.js').then(({ remarks }) => remarks(["
            "{ code: 'clock_moves', values: { before: '2027-07-01 19:00', after: '2027-07-01 13:00', timezone: 'America/New_York' } },"
            "{ code: 'very_long', values: { days: 1234 } }])).then(done, (error) => done([String(error)]))")
        assert told == ["The instant stays: 7:00 PM is 1:00 PM in New York now.", "It lasts 1,234 days."], told
        # The list and the event count days alike.
        page.click("#sheet .close")
        page.is_closed()
        for name in page.names()[:12]:
            near = page.run(
                "return [...document.querySelectorAll('#agenda .row')].find((row) => row.querySelector('.row-name').innerText === arguments[0])"
                ".closest('.agenda-day').querySelector('.agenda-near').innerText", name)
            page.open_event(name)
            if near.startswith("in "):
                assert near in page.text("#sheet .when"), (name, near, page.text("#sheet .when"))
            page.click("#sheet .close")
            page.is_closed()
        page.picture(folder, "console-american")
        page.check_quiet(gateway.url)


if __name__ == "__main__":
    play([every_state_can_be_read, names_can_be_read, axe_finds_nothing, buttons_are_wide_enough, one_way_of_writing], *sys.argv[1:])
