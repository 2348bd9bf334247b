"""What the form of an event shows and what it sends, in real Chromium: console_form.py BINARY FOLDER."""

import datetime
import itertools
import json
import os
import sys
import time

from selenium.webdriver.common.keys import Keys

from console_stage import DAY, Console, Sandbox, gateway_to
from stage import Gateway, play

YEAR = time.gmtime().tm_year + 1
CASES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "Cases", "event-outcomes.json")


def edit(page, name):
    page.open_event(name)
    page.press_button("Edit")
    page.eventually("the form is filled in", lambda: page.all("#field-start_at"))


def field(page, name):
    return page.run("return document.getElementById('field-' + arguments[0]).value", name)


def shown(page):
    return page.run("const { start, end } = document.querySelector('.preview').dataset; return [start ?? null, end ?? null]")


def what_is_shown_is_what_is_saved(binary, folder):
    """Whichever of name, start, end and zone are changed: the preview and the Ends field show what Luma then has."""
    changes = {"name": "Renamed", "start_at": "%d-03-14T08:30" % YEAR, "end_at": "%d-03-16T23:15" % YEAR, "timezone": "America/New_York"}
    with Sandbox(binary) as sandbox, gateway_to(sandbox, binary) as gateway, Console(gateway.url) as page:
        page.visit()
        subsets = [each for size in range(1, 5) for each in itertools.combinations(changes, size)]
        for number, subset in enumerate(subsets):
            name = "Shift %d" % number
            begin = datetime.datetime(YEAR, 3, 13, 18, tzinfo=datetime.timezone.utc).timestamp()
            event = sandbox.create(name, begin - time.time(), hours=3)
            page.open(gateway.url + "/#" + event)
            page.eventually("the event is shown", lambda: page.text("#sheet-title") == name)
            page.press_button("Edit")
            page.eventually("the form is filled in", lambda: page.all("#field-start_at"))
            before = [field(page, "start_at"), field(page, "end_at")]
            for each in subset:
                page.set(each, changes[each])
            preview, zone = shown(page), field(page, "timezone")
            typed = [field(page, "start_at"), field(page, "end_at")]
            if "start_at" in subset and "end_at" not in subset and "timezone" not in subset:
                assert typed == ["%d-03-14T08:30" % YEAR, "%d-03-14T11:30" % YEAR], (subset, typed)
            page.press_button("Save the changes")
            page.is_closed()
            saved = next(each for each in sandbox.events() if each["id"] == event)
            ends = json.loads(page.driver.execute_async_script(
                "fetch('/events/' + arguments[0]).then((answer) => answer.text()).then(arguments[1])", event))
            assert preview == [saved["start_at"], ends["end_at"]], (subset, before, preview, saved["start_at"], ends["end_at"])
            local = page.driver.execute_async_script(
                "const done = arguments[3]; import('/assets/console-zones.js').then((zones) =>"
                "done([arguments[0], arguments[1]].map((time) => zones.localText(Date.parse(time), arguments[2]))))",
                saved["start_at"], ends["end_at"], zone)
            assert local == typed, (subset, local, typed)
        page.check_quiet(gateway.url)


def the_end_moves_with_the_start(binary, folder):
    """By the length that it has, also over a change of clocks and for what is typed into a new event."""
    with Sandbox(binary) as sandbox, gateway_to(sandbox, binary) as gateway, Console(gateway.url) as page:
        page.visit()
        page.begin_event(name="Moved", start_at="%d-12-08T19:00" % YEAR, end_at="%d-12-08T22:00" % YEAR, timezone="Europe/Berlin")
        page.set("start_at", "%d-12-08T20:30" % YEAR)
        assert field(page, "end_at") == "%d-12-08T23:30" % YEAR
        page.says(".preview", "20:30 – 23:30", "lasts 3 hours")
        page.set("start_at", "%d-12-09T20:30" % YEAR)
        page.says(".preview", "9 December", "lasts 3 hours")
        assert "before it starts" not in page.text(".preview")
        page.set("end_at", "%d-12-09T19:00" % YEAR)
        page.says(".preview", "ends before it starts")
        page.press_button("Create the event")
        page.says("[data-field=end_at] .trouble", "after it starts")
        assert page.run("return document.activeElement.id") == "field-end_at" and sandbox.count("creates") == 0
        # A night that has an hour more: three hours are three hours, and the end is the second of two times.
        page.set("end_at", "%d-12-09T23:30" % YEAR)
        page.set("start_at", "2027-10-31T00:30")
        page.says(".preview", "31 October 2027, 00:30 – 02:30", "lasts 3 hours")
        page.says("[data-field=end_at] .hint", "Taken as")
        page.press_button("Create the event")
        page.is_closed()
        made = sandbox.named("Moved")
        assert made["start_at"] == "2027-10-30T22:30:00.000Z", made
        page.says("#toast", "Created")
        page.open_event("Moved")
        page.says("#sheet .when", "lasts 3 hours")
        page.check_quiet(gateway.url, refused=1)


def a_date_that_is_half_typed(binary, folder):
    """Nothing is sent while a part of a time is missing, and the field says so."""
    with Sandbox(binary) as sandbox, gateway_to(sandbox, binary) as gateway, Console(gateway.url) as page:
        sandbox.create("Half typed", 40 * DAY)
        page.visit()
        edit(page, "Half typed")
        before = sandbox.named("Half typed")
        page.run("document.getElementById('field-start_at').focus()")
        # The day, the month and the year stand in front of the hour.
        page.press(Keys.TAB, Keys.TAB, Keys.TAB, Keys.DELETE)
        assert page.run("return document.getElementById('field-start_at').validity.badInput")
        page.says(".preview", "not complete")
        page.set("name", "Another name")
        page.press_button("Save the changes")
        page.says("[data-field=start_at] .trouble", "The time is not complete.")
        assert page.run("return document.activeElement.id") == "field-start_at"
        assert sandbox.named("Half typed") == before
        page.press_button("Cancel")
        page.says("#sheet-question", "would be lost")
        page.press_button("Discard it")
        page.is_closed()
        page.begin_event(name="Half an end", start_at="%d-05-05T19:00" % YEAR, end_at="%d-05-05T21:00" % YEAR)
        page.run("document.getElementById('field-end_at').focus()")
        page.press(Keys.TAB, Keys.TAB, Keys.TAB, Keys.DELETE)
        page.press_button("Create the event")
        page.says("[data-field=end_at] .trouble", "The time is not complete.")
        assert sandbox.count("creates") == 1
        page.check_quiet(gateway.url)


def it_speaks_to_people(binary, folder):
    """One sentence for one cause, the focus where it is, a suggestion that can be pressed, and cities for zones."""
    with Sandbox(binary) as sandbox, gateway_to(sandbox, binary) as gateway, Console(gateway.url) as page:
        page.visit()
        page.begin_event(name="Intro to Swift", start_at="%d-12-05T19:30" % YEAR, timezone="Europe/Berln")
        page.press_button("Create the event")
        page.says("[data-field=timezone] .trouble", "Choose a time zone from the list.")
        assert page.text("[data-field=start_at] .trouble") == "", "what only follows from the zone is not told"
        assert page.run("return document.activeElement.id") == "field-timezone"
        page.says("#sheet", "Look at “Time zone” again.")
        page.picture(folder, "console-people")
        page.press_button("Europe/Berlin")
        assert field(page, "timezone") == "Europe/Berlin" and page.text("[data-field=timezone] .trouble") == ""
        page.driver.execute_async_script("import('/assets/console-zones.js').then(({ readZoneNames }) => readZoneNames()).then(arguments[0])")
        for typed, zone in (("new york", "America/New_York"), ("São Paulo", "America/Sao_Paulo"), ("San Francisco", "America/Los_Angeles"), ("Munich", "Europe/Berlin"), ("tokyo", "Asia/Tokyo")):
            page.set("timezone", typed)
            page.run("document.getElementById('field-timezone').dispatchEvent(new Event('change'))")
            assert field(page, "timezone") == zone, (typed, field(page, "timezone"))
        page.says(".preview", "in Tokyo")
        page.set("timezone", "indiana")
        page.run("document.getElementById('field-timezone').dispatchEvent(new Event('change'))")
        page.press_button("America/Indiana/Knox")
        assert field(page, "timezone") == "America/Indiana/Knox"
        page.set("max_capacity", "many")
        page.set("meeting_url", "ftp://nowhere")
        page.set("start_at", "")
        page.press_button("Create the event")
        page.says("[data-field=start_at] .trouble", "Say when it starts.")
        page.says("[data-field=max_capacity] .trouble", "whole number")
        page.says("[data-field=meeting_url] .trouble", "web address")
        assert page.run("return document.activeElement.id") == "field-start_at"
        for said in page.texts(".trouble .problem"):
            assert said[0].isupper() and said[-1] in ".?/", said
        page.press_button("Cancel")
        page.press_button("Discard it")
        page.is_closed()
        # A link that Luma keeps: what to do instead is said.
        sandbox.create("Online", 40 * DAY, meeting_url="https://meet.example.com/a")
        page.visit()
        edit(page, "Online")
        page.set("meeting_url", "")
        page.press_button("Save the changes")
        page.says("[data-field=meeting_url] .trouble", "does not let a meeting link be taken away", "on Luma")
        page.check_quiet(gateway.url, refused=3)


OUTCOMES = """
const done = arguments[arguments.length - 1];
import('/assets/console-outcome.js').then(({ outcome }) => {
  const wrong = [];
  const iso = (instant) => (instant === null ? null : new Date(instant).toISOString());
  for (const { name, named, known = null, outcome: wanted, problems = [], default_length_seconds: seconds } of arguments[0]) {
    const made = outcome(named, known, seconds === undefined ? null : seconds * 1000);
    const found = made.problems.map(({ field, code }) => `${field} ${code}`);
    const length = made.end !== null && made.end > made.start ? (made.end - made.start) / 1000 : null;
    const told = { start_at: iso(made.start), end_at: iso(made.end), timezone: made.zone, length_seconds: length };
    const isSame = problems.length > 0 ? found.join() === problems.join()
      : found.length === 0 && Object.keys(told).every((key) => told[key] === wanted[key]);
    if (!isSame) wrong.push(`${name}: ${JSON.stringify([found, told])}, not ${JSON.stringify([problems, wanted])}`);
  }
  return wrong;
}).then(done, (error) => done([String(error)]));
"""


def the_outcome_is_the_gateways(binary, folder):
    """The preview's arithmetic is held to the table that the gateway's is held to."""
    with open(CASES, encoding="utf-8") as file:
        cases = json.load(file)["cases"]
    # What the gateway says of the form of a text is not drawn before it is sent.
    cases = [each for each in cases if not any(problem.split()[1] not in DRAWN for problem in each.get("problems", []))]
    assert len(cases) > 15
    with Gateway(binary) as gateway, Console(gateway.url) as page:
        page.visit()
        wrong = page.driver.execute_async_script(OUTCOMES, cases)
        assert not wrong, "\n".join(wrong)


DRAWN = ("skipped_time", "doubled_time", "end_not_after_start", "unknown_zone")

if __name__ == "__main__":
    play([
        what_is_shown_is_what_is_saved, the_end_moves_with_the_start, a_date_that_is_half_typed, it_speaks_to_people,
        the_outcome_is_the_gateways,
    ], *sys.argv[1:])
