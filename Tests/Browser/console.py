"""What people do with the console, in real Chromium: console.py BINARY FOLDER."""

import calendar
import sys
import time

from selenium.webdriver.common.keys import Keys
from selenium.webdriver.common.action_chains import ActionChains

from console_stage import DAY, Console, Sandbox, gateway_to, middle_of
from stage import play

YEAR = time.gmtime().tm_year + 1


def it_shows_what_is_there(binary, folder):
    """The month, the list, the budget, the health and the last requests; quiet, readable, as wide as a phone."""
    with Sandbox(binary) as sandbox, gateway_to(sandbox, binary) as gateway, Console(gateway.url) as page:
        page.visit()
        assert {"Community meetup", "Hands-on workshop", "Benefit concert"} <= set(page.names()), page.names()
        assert "Autumn retrospective" not in page.names()
        assert page.all(".chip") and "€25.00" in page.text("#agenda")
        page.says("#budget", "of", "left", "in the last")
        assert page.one(".gauge").get_attribute("aria-label").endswith("left")
        assert page.all(".curve-line") and page.text("#health-badge") == "healthy"
        page.says("#mode", "localhost in Luma’s place")
        page.says("#requests", "GET /events/", "200")
        assert "/status" not in page.text("#requests") and "/assets" not in page.text("#requests")
        for width, name in ((1280, "desktop"), (820, "tablet"), (390, "phone"), (320, "small")):
            for dark in (False, True):
                page.resize(width, 900)
                page.prefer(dark)
                page.check_contrast()
                page.check_width()
                page.picture(folder, "console-%s-%s" % (name, "dark" if dark else "light"), whole=True)
        page.check_quiet(gateway.url)


def months_are_turned(binary, folder):
    """Forward, back and to today, by buttons, by single keys, and by the keys of a calendar; a day is chosen."""
    with Sandbox(binary) as sandbox, gateway_to(sandbox, binary) as gateway, Console(gateway.url) as page:
        middles = {}
        for months in (-3, 3):
            middle = middle_of(months)
            middles[months] = time.strftime("%B %Y", time.gmtime(middle))
            sandbox.create("Months: %d" % months, middle - time.time())
        page.visit()
        here = page.text("#month-title")
        for months, button, key in ((3, "#next", "f"), (-3, "#previous", "p")):
            for turn in (lambda: page.click(button), lambda: page.press(key)):
                for _ in range(3):
                    turn()
                assert page.text("#month-title") == middles[months]
                page.eventually("its event is shown", lambda: page.all(".chip[title='Months: %d']" % months))
                page.press("t")
                assert page.text("#month-title") == here
        # The keys go on working with a day in the focus, though it is no longer there.
        focus = lambda: int(page.run("return document.activeElement.dataset.day ?? -1"))
        page.run("document.querySelector('.day-button[tabindex=\"0\"]').focus()")
        months = list(calendar.month_name)[1:]
        for key, by in (("f", 1), ("f", 2), ("p", 1), ("t", 0), ("p", -1), ("t", 0)):
            page.press(key)
            month = months[(months.index(here.split()[0]) + by) % 12]
            assert page.text("#month-title").startswith(month) and focus() >= 0, (key, by)
        page.click(".day-button[aria-current='date']")
        assert "The day" in page.text(".agenda") and page.one(".day.chosen")
        day = focus()
        for key, by in ((Keys.ARROW_RIGHT, 1), (Keys.ARROW_DOWN, 7), (Keys.ARROW_LEFT, -1), (Keys.ARROW_UP, -7)):
            page.press(key)
            day += by
            assert focus() == day, key
        # The month is one stop for the tab key, whatever is in it, and the arrows go on from an event.
        assert len(page.all("#calendar [tabindex='0']")) == 1 and len(page.all("#calendar button:not([tabindex])")) == 0
        page.press("t")
        page.run("document.querySelector('.chip').focus()")
        from_event = page.run("return Number(document.activeElement.dataset.key.split('-').at(-1))")
        page.press(Keys.ARROW_RIGHT)
        assert focus() == from_event + 1
        page.run("document.querySelector(`[data-day='${arguments[0]}']`)?.focus()", day)
        page.press(Keys.PAGE_DOWN)
        assert page.text("#month-title") != here and 28 <= focus() - day <= 31
        page.press(Keys.ENTER)
        page.press_button("All that is coming up", "#agenda")
        assert "Coming up" in page.text(".agenda")
        page.check_quiet(gateway.url)


def an_event_is_made(binary, folder):
    """From a template, with the times there and here shown while they are typed."""
    with Sandbox(binary) as sandbox, gateway_to(sandbox, binary) as gateway, Console(gateway.url) as page:
        page.visit()
        page.begin_event("workshop", name="Intro to Swift", start_at="%d-07-01T19:00" % YEAR, timezone="America/New_York")
        page.says(".preview", "1 July %d, 19:00 – 22:00 in New York, UTC−4" % YEAR, "2 July %d, 01:00 – 04:00 in Berlin" % YEAR,
                  "lasts 3 hours")
        assert page.one("#field-require_rsvp_approval").is_selected()
        page.set("timezone", "Europe/Berlin")
        page.says(".preview", "19:00 – 22:00 in Berlin, UTC+2", "The same for you.")
        page.set("timezone", "Asia/Kathmandu")
        page.says(".preview", "in Kathmandu, UTC+5:45", "15:15 – 18:15 in Berlin")
        page.set("meeting_url", "https://meet.example.com/swift")
        page.set("max_capacity", "25")
        page.check_contrast()
        page.picture(folder, "console-form")
        page.press_button("Create the event")
        page.is_closed()
        page.says("#toast", "Created", "Intro to Swift")
        page.says("#month-title", "July", str(YEAR))
        page.eventually("it is in the month", lambda: any("Intro to Swift" in each for each in page.texts(".chip")))
        made = sandbox.named("Intro to Swift")
        assert made["start_at"] == "%d-07-01T13:15:00.000Z" % YEAR, made
        assert made["settings"]["max_capacity"] == 25 and made["settings"]["meeting_url"].endswith("/swift")
        page.says("#requests", "POST /templates/create", "201")
        page.check_quiet(gateway.url)


def a_second_click_makes_no_second_event(binary, folder):
    """Clicking twice, and sending again after an answer that was lost, makes one event each."""
    with Sandbox(binary) as sandbox, gateway_to(sandbox, binary) as gateway, Console(gateway.url) as page:
        page.visit()
        page.begin_event("meetup", name="Twice clicked", start_at="%d-03-01T19:00" % YEAR)
        ActionChains(page.driver).double_click(page.one(".event-form .primary")).perform()
        page.is_closed()
        page.eventually("it is made", lambda: "Twice clicked" in sandbox.names())
        # The answer is lost on its way to the page.
        page.run(
            "const real = window.fetch; window.fetch = async (...request) => { const answer = await real(...request);"
            "if (request[1].method !== 'POST' || window.hasLost) return answer; window.hasLost = true;"
            "throw new TypeError('lost'); }")
        page.begin_event("meetup", name="Twice sent", start_at="%d-03-02T19:00" % YEAR)
        page.press_button("Create the event")
        page.says("#sheet", "does not answer", "only once")
        page.press_button("Create the event")
        page.is_closed()
        for name in ("Twice clicked", "Twice sent"):
            assert sandbox.names().count(name) == 1, sandbox.names()
        assert sandbox.count("creates") == 2
        page.check_quiet(gateway.url)


def an_event_is_changed(binary, folder):
    """Only what was changed is sent, and not over what somebody else has changed meanwhile."""
    with Sandbox(binary) as sandbox, gateway_to(sandbox, binary) as gateway, Console(gateway.url) as page:
        page.visit()
        page.open_event("Community meetup")
        page.says("#sheet", "12 coming", "200 Main Street", "40 guests", "Talks and pizza")
        page.check_contrast()
        page.picture(folder, "console-event")
        before, span = sandbox.named("Community meetup"), page.text("#sheet .when-there")
        page.press_button("Edit")
        page.eventually("the form is filled in", lambda: page.one("#field-name").get_attribute("value") == "Community meetup")
        page.press_button("Save the changes")
        page.says("#sheet", "Nothing has changed")
        page.set("end_at", "")
        page.says("[data-field=end_at]", "an event needs an end")
        page.says("#sheet .preview", span)
        page.set("name", "Winter meetup")
        page.set("max_capacity", "")
        page.press_button("Save the changes")
        page.is_closed()
        page.eventually("the new name is shown", lambda: "Winter meetup" in page.names())
        after = sandbox.named("Winter meetup")
        assert after["start_at"] == before["start_at"] and after["id"] == before["id"]
        assert after["settings"].pop("max_capacity") is None and before["settings"].pop("max_capacity") == 40
        after["settings"].pop("name"), before["settings"].pop("name")
        assert after["settings"] == before["settings"], (after, before)
        page.open_event("Winter meetup")
        assert page.text("#sheet .when-there") == span
        page.press_button("Edit")
        page.eventually("the form is there", lambda: page.all(".event-form"))
        sandbox.post("/v1/events/update", {"event_id": after["id"], "name": "Changed by somebody"})
        page.set("max_capacity", "5")
        page.press_button("Save the changes")
        page.says("#sheet", "Somebody else has changed this event")
        assert sandbox.named("Changed by somebody")["settings"]["max_capacity"] is None
        page.press_button("Look at it as it is now")
        page.says("#sheet", "Changed by somebody", "12 coming")
        page.eventually("it is read anew", lambda: "Changed by somebody" in page.names())
        page.check_quiet(gateway.url, refused=1)


def an_event_is_moved(binary, folder):
    """A local time follows its zone when the zone is changed."""
    with Sandbox(binary) as sandbox, gateway_to(sandbox, binary) as gateway, Console(gateway.url) as page:
        sandbox.create("Mover", 40 * DAY)
        page.visit()
        page.open_event("Mover")
        page.press_button("Edit")
        page.eventually("the form is filled in", lambda: page.all("#field-start_at"))
        local = page.run("return document.getElementById('field-start_at').value")
        page.set("timezone", "Asia/Tokyo")
        page.says("[data-field=timezone] .hint", "times stay as they are", "earlier")
        page.press_button("Save the changes")
        page.is_closed()
        page.eventually("it has moved", lambda: sandbox.named("Mover")["settings"]["timezone"] == "Asia/Tokyo")
        page.open_event("Mover")
        page.says("#sheet", local[-5:], "in Tokyo")
        page.check_quiet(gateway.url)


def an_event_is_cancelled(binary, folder):
    """Only after what it means was shown, and for a paid one only with a decision on the money."""
    with Sandbox(binary) as sandbox, gateway_to(sandbox, binary) as gateway, Console(gateway.url) as page:
        page.visit()
        page.open_event("Community meetup")
        page.press_button("Cancel this event")
        page.says("#sheet", "12 guests are coming", "cannot be undone")
        assert not page.all("#sheet input[type=radio]") and sandbox.count("cancels") == 0
        page.press_button("Keep it")
        page.is_closed()
        assert sandbox.count("cancels") == 0
        page.open_event("Community meetup")
        page.press_button("Cancel this event")
        page.says("#sheet", "12 guests are coming")
        # It is another event now than the one that was agreed to.
        sandbox.post("/v1/events/update", {"event_id": sandbox.named("Community meetup")["id"], "name": "Community picnic"})
        page.press_button("Cancel the event")
        page.says("#sheet", "Look again", "Community picnic", "12 guests are coming")
        assert sandbox.count("cancels") == 0
        asked = sandbox.count("requests")["events/cancel/request"]
        sandbox.create("Made meanwhile", 20 * DAY)
        page.press_button("Cancel the event")
        page.is_closed()
        assert sandbox.count("requests")["events/cancel/request"] == asked
        page.says("#toast", "Cancelled", "Community picnic", "12 guests")
        page.eventually("the events are read anew", lambda: "Made meanwhile" in page.names())
        assert "Community meetup" not in page.names() and "Community picnic" not in sandbox.names()

        page.open_event("Benefit concert")
        page.press_button("Cancel this event")
        page.says("#sheet", "57 guests are coming", "They have paid")
        page.check_contrast()
        page.picture(folder, "console-cancel")
        page.press_button("Cancel the event")
        page.says("#sheet", "Say first whether")
        assert sandbox.count("cancels") == 1
        page.run("document.querySelector(\"#sheet input[value='true']\").click()")
        page.press_button("Cancel the event")
        page.is_closed()
        page.says("#toast", "Benefit concert", "money back")
        assert sandbox.count("cancels") == 2 and sandbox.count("refunds") == 1
        page.check_quiet(gateway.url, refused=1)


def what_is_left_out_can_be_shown(binary, folder):
    """The list says what it hides; shown, it is marked, and what is of another platform has no buttons."""
    with Sandbox(binary) as sandbox, gateway_to(sandbox, binary) as gateway, Console(gateway.url) as page:
        page.visit()
        page.says("#left-out", "Not shown", "other platforms", "wait for approval")
        assert "Neighbours' market" not in page.names()
        page.press_button("Show them", "#left-out")
        page.eventually("both are there", lambda: page.names().count("Neighbours' market") == 2)
        page.says("#agenda", "other platform", "waits for approval")
        page.check_contrast()
        page.open_event("Neighbours' market")
        page.says("#sheet", "on another platform")
        assert "Cancel this event" not in page.text("#sheet") and "Edit" not in page.text("#sheet")
        page.press(Keys.ESCAPE)
        page.is_closed()
        page.press_button("Only the calendar\u2019s own", "#left-out")
        page.eventually("they are hidden", lambda: "Neighbours' market" not in page.names())
        page.says("#left-out", "Not shown")
        page.check_quiet(gateway.url)


def everything_by_keys(binary, folder):
    """An event is made without a mouse, and the focus is where it was left."""
    with Sandbox(binary) as sandbox, gateway_to(sandbox, binary) as gateway, Console(gateway.url) as page:
        page.visit()
        page.run("document.getElementById('new-event').focus()")
        page.press(Keys.ENTER)
        page.eventually("the form is open", lambda: page.all(".event-form"))
        focus = lambda: page.run("return document.activeElement.id || document.activeElement.value")
        assert focus() == "field-name"
        page.press("Made by keys")
        page.chord(Keys.SHIFT, Keys.TAB)
        page.press(Keys.ARROW_RIGHT)
        page.eventually("the meetup is chosen", lambda: page.run("return new FormData(document.querySelector('.event-form')).get('template_type')") == "meetup")
        page.press(Keys.TAB, Keys.TAB)
        assert focus() == "field-start_at", focus()
        # The same keys whether the day or the month comes first, and whether there is a noon in between.
        page.press("0505%d1130AM" % YEAR)
        page.says(".preview", "5 May %d, 11:30 – 13:30" % YEAR)
        page.run("document.getElementById('field-timezone').focus()")
        page.chord(Keys.CONTROL, "a")
        page.press("Europe/London", Keys.ENTER)
        page.is_closed()
        page.eventually("it is made", lambda: "Made by keys" in sandbox.names())
        assert sandbox.named("Made by keys")["start_at"] == "%d-05-05T10:30:00.000Z" % YEAR
        assert page.run("return document.activeElement.id") == "new-event"
        # Escape asks before it throws away what was typed.
        page.press(Keys.ENTER)
        page.eventually("the form is open", lambda: page.all(".event-form"))
        page.press("x", Keys.ESCAPE)
        page.says("#sheet-question", "would be lost")
        page.press_button("Discard it")
        page.is_closed()
        page.check_quiet(gateway.url)


if __name__ == "__main__":
    play([
        it_shows_what_is_there, months_are_turned, an_event_is_made, a_second_click_makes_no_second_event, an_event_is_changed,
        an_event_is_moved, an_event_is_cancelled, what_is_left_out_can_be_shown, everything_by_keys,
    ], *sys.argv[1:])
