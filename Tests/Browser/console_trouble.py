"""What the console makes of what goes wrong and of what is odd, in real Chromium: console_trouble.py BINARY FOLDER."""

import sys
import time
from urllib.parse import urlsplit

from selenium.webdriver.common.keys import Keys

from console_stage import DAY, Console, Sandbox, gateway_to
from stage import Gateway, play

YEAR = time.gmtime().tm_year + 1
LONG = "Ein sehr langer Name " * 9 + "Donaudampfschifffahrtsgesellschaft"
ODD_NAMES = [
    "<script>document.title = 'taken'</script><img src=x onerror=\"document.title = 'taken'\">",
    "🎉👩‍👩‍👧‍👦 Fête 日本語 café", "مؤتمر البرمجة العربية 2027", "\u202eabc\u2066 turned", LONG,
    "unbroken" * 24, "&lt;b&gt; &amp; ${x} {{y}}", "' onclick='x' \"",
]


def refused_fields_are_told_at_the_fields(binary, folder):
    """A 422 is shown where it belongs, with the focus there; a time that comes twice is asked about."""
    with Sandbox(binary) as sandbox, gateway_to(sandbox, binary) as gateway, Console(gateway.url) as page:
        page.visit()
        page.begin_event(meeting_url="ftp://nowhere", max_capacity="many", timezone="Europe/Berln")
        page.press_button("Create the event")
        page.says("[data-field=name] .trouble", "Give the event a name.")
        page.says("[data-field=start_at] .trouble", "Say when it starts.")
        page.says("[data-field=meeting_url] .trouble", "web address")
        page.says("[data-field=max_capacity] .trouble", "whole number")
        page.says("[data-field=timezone] .trouble", "Europe/Berlin")
        assert page.run("return document.activeElement.id") == "field-name"
        assert page.one("#field-name").get_attribute("aria-invalid") == "true"
        page.check_contrast()
        page.set("name", "Twice that night")
        assert page.text("[data-field=name] .trouble") == ""
        page.set("meeting_url", "")
        page.set("max_capacity", "")
        page.set("timezone", "Europe/Berlin")
        page.set("start_at", "2027-10-31T02:30")
        page.says(".preview", "twice in Berlin")
        page.press_button("Create the event")
        page.says("[data-field=start_at] .trouble", "comes twice in Berlin", "02:30, UTC+2", "02:30, UTC+1")
        page.picture(folder, "console-refused")
        page.press_button("02:30, UTC+1")
        page.says("[data-field=start_at]", "Taken as 02:30, UTC+1")
        page.says(".preview", "31 October 2027, 02:30", "UTC+1")
        page.press_button("Create the event")
        page.is_closed()
        assert sandbox.named("Twice that night")["start_at"] == "2027-10-31T01:30:00.000Z"
        page.check_quiet(gateway.url, refused=2)


def a_time_that_is_skipped(binary, folder):
    """The hour that the clocks leave out is told before and after it is sent."""
    with Sandbox(binary) as sandbox, gateway_to(sandbox, binary) as gateway, Console(gateway.url) as page:
        page.visit()
        page.begin_event(name="Skipped", start_at="2027-03-28T02:30", timezone="Europe/Berlin")
        page.says(".preview", "no such time in Berlin")
        page.press_button("Create the event")
        page.says("[data-field=start_at] .trouble", "skip this time", "01:30, UTC+1", "03:30, UTC+2")
        page.press_button("03:30, UTC+2")
        page.press_button("Create the event")
        page.is_closed()
        assert sandbox.named("Skipped")["start_at"] == "2027-03-28T01:30:00.000Z"
        page.check_quiet(gateway.url, refused=1)


def texts_of_outsiders_stay_texts(binary, folder):
    """Markup, emoji, other directions and very long names neither run nor break the page."""
    with Sandbox(binary) as sandbox, gateway_to(sandbox, binary) as gateway, Console(gateway.url) as page:
        for number, name in enumerate(ODD_NAMES):
            sandbox.create(
                name, (number % 3 + 1) * DAY, description_md=name * 3, meeting_url="javascript:document.title = 'taken'",
                geo_address_json={"type": "manual", "address": name})
        page.visit()
        page.eventually("all are there", lambda: set(ODD_NAMES) <= set(page.run(
            "return [...document.querySelectorAll('#agenda .row-name')].map((each) => each.textContent)")))
        for width in (1280, 390, 320):
            page.resize(width, 900)
            page.check_width()
            page.picture(folder, "console-odd-%d" % width, whole=True)
        page.resize(1280, 900)
        for name in ODD_NAMES:
            # Closed and opened in one go: what the browser tells late of the one must not touch the other.
            page.run(
                "document.querySelector('#sheet .close')?.click();"
                "[...document.querySelectorAll('#agenda .row')].find((row) => row.textContent.includes(arguments[0])).click()", name)
            page.eventually("it is shown", lambda: page.run("return document.getElementById('sheet-title').textContent") == name)
            page.eventually("with its text", lambda: page.all("#sheet .description"))
            assert not page.all("#sheet a[href^='javascript']") and not page.all("#sheet script, #sheet img, #sheet b")
            page.check_width()
        page.click("#sheet .close")
        assert page.run("return document.title") == "luma-mcp"
        page.check_quiet(gateway.url)


def hundreds_of_events(binary, folder):
    """All pages are read, days that hold more than fits say so, and the list grows when it is asked to."""
    with Sandbox(binary) as sandbox, gateway_to(sandbox, binary) as gateway, Console(gateway.url) as page:
        for number in range(260):
            sandbox.create("Event %d" % number, DAY + number * 3000, hours=0.5)
        page.visit()
        page.eventually("days are full", lambda: page.all(".overflow"))
        assert len(page.names()) == 40
        shown = lambda: len(page.names())
        page.run("document.querySelector('#agenda .more').focus()")
        page.press(Keys.ENTER)
        assert shown() == 80 and page.run("return document.activeElement.className") == "more"
        for _ in range(8):
            page.run("document.querySelector('#agenda .more')?.click()")
        page.eventually("all are in the list", lambda: page.names()[-1] and shown() >= 260)
        page.click(".overflow")
        assert "The day" in page.text(".agenda") and shown() > 3
        page.check_width()
        page.check_quiet(gateway.url)


def events_that_last(binary, folder):
    """What began months ago and goes on is drawn over every week, and stands first in the list."""
    with Sandbox(binary, empty=True) as sandbox, gateway_to(sandbox, binary) as gateway, Console(gateway.url) as page:
        sandbox.create("Season", -100 * DAY, hours=160 * 24)
        sandbox.create("Night", 10 * DAY - time.time() % DAY + 21 * 3600, hours=5, zone="UTC")
        page.visit()
        page.eventually("the season is drawn", lambda: len(page.all(".chip.long")) >= 4)
        assert page.names()[0] == "Season" and page.text("#agenda .row-time") == "now"
        page.eventually("a night is one day", lambda: "Night" in page.names())
        # Drawn anew, the focus stays in its week.
        week = "return [...document.querySelectorAll('.chip.long')].indexOf(document.activeElement)"
        page.run("document.querySelectorAll('.chip.long')[2].focus()")
        page.run("document.getElementById('clock').dispatchEvent(new Event('change'))")
        assert page.run(week) == 2
        for _ in range(3):
            page.click("#next")
        page.eventually("it has ended", lambda: len(page.all(".chip.long")) < 4)
        page.check_quiet(gateway.url)


def nothing_is_there(binary, folder):
    """An empty calendar says so and offers to begin."""
    with Sandbox(binary, empty=True) as sandbox, gateway_to(sandbox, binary) as gateway, Console(gateway.url) as page:
        page.visit("#agenda .none")
        page.says("#agenda", "Nothing is coming up")
        assert not page.names() and not page.all(".chip")
        page.check_contrast()
        page.press_button("Create the first event", "#agenda")
        page.eventually("the form is open", lambda: page.all(".event-form"))
        page.set("name", "The first")
        page.set("start_at", "%d-02-01T18:00" % YEAR)
        page.press_button("Create the event")
        page.is_closed()
        page.eventually("it is there", lambda: page.names() == ["The first"])
        page.check_quiet(gateway.url)


def the_gateway_goes_and_comes_back(binary, folder):
    """What was known stays, the page says what is wrong and tries again, and is whole again by itself."""
    with Sandbox(binary) as sandbox, Console("") as page:
        with gateway_to(sandbox, binary) as gateway:
            page.url = gateway.url
            page.visit()
            names = page.names()
        page.says("#troubles", "does not answer", "The next try is in")
        assert page.text("#health-badge") == "does not answer"
        assert page.names() == names and page.all(".chip")
        page.check_contrast()
        page.picture(folder, "console-away")
        page.complaints(), page.asked()
        with gateway_to(sandbox, binary, LUMA_PORT=str(urlsplit(page.url).port)):
            sandbox.create("Made meanwhile", 5 * DAY)
            page.eventually("the trouble is over", lambda: page.text("#troubles") == "")
            page.eventually("what is new is shown", lambda: "Made meanwhile" in page.names())
        wrong, _ = page.complaints()
        assert not wrong, wrong


def luma_goes(binary, folder):
    """The gateway answers and Luma does not: health says so, and what was known stays."""
    with Sandbox(binary) as sandbox, gateway_to(
            sandbox, binary, LUMA_HEALTH_INTERVAL_SECONDS="1", LUMA_MAX_RETRIES="0") as gateway, Console(gateway.url) as page:
        page.visit()
        names = page.names()
        sandbox.stop()
        page.says("#health-badge", "not healthy")
        page.says("#health", "connection refused")
        assert page.names() == names
        page.begin_event("meetup", name="Lost", start_at="%d-01-01T10:00" % YEAR)
        page.press_button("Create the event")
        page.eventually("the failure is told", lambda: page.all("#sheet .problem"))
        assert page.one("#field-name").get_attribute("value") == "Lost"
        page.check_contrast()
        wrong, _ = page.complaints()
        assert not wrong, wrong


def a_token_is_asked_for(binary, folder):
    """401 shows the field; a wrong token is told; a good one opens the page and is nowhere but in memory."""
    good, reader = "w" + "0123456789" * 2, "r" + "0123456789" * 2
    with Gateway(binary, LUMA_AUTH_TOKENS="me:write:%s,eyes:read:%s" % (good, reader)) as gateway, Console(gateway.url) as page:
        page.visit("#sign-in:not([hidden])")
        page.check_contrast()
        page.check_width()
        page.picture(folder, "console-token")
        # Asking again is of no use without a token, also when the page was hidden for a while.
        page.asked()
        page.comes_back(60)
        assert not page.asked()
        page.write("#token-field", "not-one-of-them-at-all")
        page.click("#sign-in .primary")
        page.says("#token-trouble", "not one that the gateway knows")
        page.write("#token-field", good)
        page.click("#sign-in .primary")
        page.eventually("the events are read", lambda: page.names())
        page.eventually("the field is gone", lambda: not page.one("#sign-in").is_displayed())
        page.says("#health", "me, may write")
        page.pause(0.5)
        read = [url for url in page.asked() if "/events/?" in url]
        assert read and len(read) == len(set(read)), read
        assert page.one("#new-event").is_displayed()
        kept = page.run("return JSON.stringify([localStorage, sessionStorage, document.cookie, location.href, document.body.outerHTML])")
        assert good not in kept
        # For the tab, when that is wished; forgotten when it is asked for.
        page.click("#token")
        page.visit("#sign-in:not([hidden])")
        page.click("#token-kept")
        page.write("#token-field", good)
        page.click("#sign-in .primary")
        page.eventually("the events are read", lambda: page.names())
        page.driver.refresh()
        page.eventually("the token is kept", lambda: page.names())
        page.click("#token")
        page.eventually("it is forgotten", lambda: page.one("#sign-in").is_displayed())
        page.write("#token-field", reader)
        page.click("#sign-in .primary")
        page.says("#health", "eyes, read only")
        page.eventually("the events are read", lambda: page.names())
        assert not page.one("#new-event").is_displayed() and page.one("#read-only").is_displayed()
        page.open_event("Community meetup")
        page.says("#sheet", "12 coming")
        assert not page.all("#sheet .danger, #sheet .primary")
        wrong, _ = page.complaints()
        assert not wrong, wrong
        assert all(good not in url for url in page.asked())


def nothing_may_be_changed(binary, folder):
    """With LUMA_READ_ONLY there is no button that would be refused."""
    with Gateway(binary, LUMA_READ_ONLY="true") as gateway, Console(gateway.url) as page:
        page.visit()
        page.eventually("it is told", lambda: page.one("#read-only").is_displayed())
        assert not page.one("#new-event").is_displayed()
        page.press("n")
        assert not page.one("#sheet").get_attribute("open")
        page.click(".day-button[aria-current='date']")
        assert "New event" not in page.text("#agenda")
        page.check_quiet(gateway.url)


ARITHMETIC = """
const done = arguments[arguments.length - 1];
(async () => {
  const zones = await import('/assets/console-zones.js');
  const month = await import('/assets/console-month.js');
  const at = Date.parse;
  const wrong = [];
  const check = (what, found, wanted) => {
    if (JSON.stringify(found) !== JSON.stringify(wanted)) wrong.push(`${what}: ${JSON.stringify(found)}, not ${JSON.stringify(wanted)}`);
  };
  const iso = (list) => list && list.map((each) => new Date(each).toISOString());
  check('plain', iso(zones.instants('2027-07-01T19:00', 'America/New_York')), ['2027-07-01T23:00:00.000Z']);
  check('skipped', iso(zones.instants('2027-03-28T02:30', 'Europe/Berlin')), []);
  check('twice', iso(zones.instants('2027-10-31T02:30', 'Europe/Berlin')), ['2027-10-31T00:30:00.000Z', '2027-10-31T01:30:00.000Z']);
  check('half an hour', iso(zones.instants('2027-04-04T01:45', 'Australia/Lord_Howe')), ['2027-04-03T14:45:00.000Z', '2027-04-03T15:15:00.000Z']);
  check('a day that never was', iso(zones.instants('2011-12-30T12:00', 'Pacific/Apia')), []);
  check('no time', iso(zones.instants('2027-13-01', 'UTC')), undefined);
  check('offset', zones.offsetText(at('2027-07-01T00:00Z'), 'Asia/Kathmandu'), 'UTC+5:45');
  check('west', zones.offsetText(at('2027-07-01T00:00Z'), 'America/St_Johns'), 'UTC−2:30');
  check('back', zones.localText(at('2027-07-01T23:00Z'), 'America/New_York'), '2027-07-01T19:00');
  check('unknown', zones.usable('Mars/Olympus'), 'UTC');
  for (const first of [0, 5, 6]) {
    for (const [year, at] of [[2026, 1], [2027, 1], [2028, 1], [2026, 7], [2026, 11]]) {
      const weeks = month.weeksOf(year, at, first);
      check('weeks', weeks.every((week) => week.length === 7 && zones.dayParts(week[0]).weekday === first), true);
      const days = weeks.flat().filter((day) => zones.dayParts(day).month === at).length;
      check('days', days, new Date(Date.UTC(year, at + 1, 0)).getUTCDate());
    }
  }
  const event = (id, start, end) => month.placedIn({ id, start: at(start), end: at(end) }, 'UTC');
  const night = event('n', '2027-07-01T22:00Z', '2027-07-02T04:00Z');
  check('a night', [night.first, night.last], [night.first, night.first]);
  const day = event('d', '2027-07-01T00:00Z', '2027-07-02T00:00Z');
  check('a whole day', [day.first, day.last], [night.first, night.first]);
  const monday = zones.dayNumber(2027, 5, 28);
  const spans = [event('a', '2027-06-20T10:00Z', '2027-07-20T10:00Z'), event('b', '2027-06-29T10:00Z', '2027-06-30T09:00Z'),
    event('c', '2027-06-30T10:00Z', '2027-06-30T11:00Z'), event('e', '2027-07-01T08:00Z', '2027-07-01T09:00Z'), event('f', '2027-07-09T08:00Z', '2027-07-09T09:00Z')];
  check('lanes', month.layWeek(spans, monday).map((piece) => [piece.event.id, piece.column, piece.width, piece.lane, piece.comesFrom, piece.goesOn]),
    [['a', 0, 7, 0, true, true], ['b', 1, 2, 1, false, false], ['c', 2, 1, 2, false, false], ['e', 3, 1, 1, false, false]]);
  return wrong;
})().then(done, (error) => done([String(error)]));
"""


def the_arithmetic_of_days(binary, folder):
    """Times that come twice or never, odd offsets, weeks and lanes, in the browser's own calendar."""
    with Gateway(binary) as gateway, Console(gateway.url) as page:
        page.visit()
        wrong = page.driver.execute_async_script(ARITHMETIC)
        assert not wrong, "\n".join(wrong)


if __name__ == "__main__":
    play([
        the_arithmetic_of_days, refused_fields_are_told_at_the_fields, a_time_that_is_skipped, texts_of_outsiders_stay_texts,
        hundreds_of_events, events_that_last, nothing_is_there, the_gateway_goes_and_comes_back, luma_goes, a_token_is_asked_for,
        nothing_may_be_changed,
    ], *sys.argv[1:])
