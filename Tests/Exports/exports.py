"""Imports what the gateway exports into libraries that others have written: calendars into icalendar from PyPI, tables into
Python's csv. Every event must arrive with what the list of JSON says of it.

    exports.py BINARY
"""

import csv
import datetime
import io
import json
import os
import re
import subprocess
import sys
import tempfile
import urllib.request

import icalendar

# What people write, and what would break a file if it were not written with care.
NAMES = [
    "Tea", "Wine, cheese; bread", 'Say "hi"', "back\\slash \\n \\, \\;", "=1+1", "+49 30 1234", "-5", "@everyone", "'=x",
    "Überraschung für Müller", "漢字の会" * 20, "👩‍👩‍👧‍👦" * 40, "é" * 100, "a" * 200, "BEGIN:VEVENT", "END:VCALENDAR", ":;,=",
    "مرحبا بالعالم", " between blanks ",
]
DESCRIPTION = "First line\n\nSecond, with; signs\\ and a very long line " + "äöü€😀 " * 60 + "\n\n- one\n- two"


class Program:
    """The emulator or the gateway, ended with the block."""

    def __init__(self, command, folder, **settings):
        self.process = subprocess.Popen(
            command, cwd=folder, env={"PATH": os.environ["PATH"], **settings}, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.url = re.search(r"http://[^/\s]+", self.process.stdout.readline()).group(0)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(20)

    def ask(self, path, body=None, accept=None):
        request = urllib.request.Request(path if "://" in path else self.url + path)
        if accept:
            request.add_header("Accept", accept)
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.read(), answer.headers


def instant(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def events_of(calendar_bytes):
    """The events by UID. Strict: a calendar with an error in it is none."""
    for line in calendar_bytes.split(b"\r\n"):
        assert len(line) <= 75 and b"\n" not in line and b"\r" not in line, line
        line.decode("utf-8")
    calendar = icalendar.Calendar.from_ical(calendar_bytes)
    assert not calendar.errors, calendar.errors
    assert calendar["VERSION"] == "2.0" and calendar["PRODID"]
    events = {}
    for event in calendar.walk("VEVENT"):
        assert not event.errors, event.errors
        assert str(event["UID"]) not in events
        events[str(event["UID"])] = event
    return calendar, events


def name_of(calendar):
    # What the library does not know it leaves as it stands; to every calendar program the name is TEXT.
    return re.sub(r"\\(.)", lambda match: "\n" if match[1] in "nN" else match[1], str(calendar["X-WR-CALNAME"]))


def check_calendar(event, entry):
    assert str(event["SUMMARY"]) == entry["name"], (str(event["SUMMARY"]), entry["name"])
    # A calendar holds whole seconds.
    assert event["DTSTART"].dt == instant(entry["start_at"]).replace(microsecond=0), entry
    assert event["DTEND"].dt == instant(entry["end_at"]).replace(microsecond=0), entry
    assert event["DTSTAMP"].dt == instant(entry["created_at"]).replace(microsecond=0), entry
    assert str(event["URL"]) == entry["url"] and str(event["STATUS"]) == "CONFIRMED"
    assert str(event["X-LUMA-TIMEZONE"]) == entry["timezone"]
    if entry.get("coordinate"):
        latitude, longitude = event["GEO"].latitude, event["GEO"].longitude
        assert abs(latitude - entry["coordinate"]["latitude"]) < 1e-6, entry
        assert abs(longitude - entry["coordinate"]["longitude"]) < 1e-6, entry


def check_table(table, entries):
    rows = list(csv.DictReader(io.StringIO(table.decode("utf-8"), newline="")))
    assert [row["id"] for row in rows] == [entry["id"] for entry in entries]
    for row, entry in zip(rows, entries):
        assert None not in row and None not in row.values(), row
        # As the gateway's own import takes the guard away.
        name = row["name"]
        if re.match(r"'+[=+\-@\t\r\n]", name):
            name = name[1:]
        assert name == entry["name"], (row["name"], entry["name"])
        assert not re.match(r"[=+@\t\r\n]", row["name"]), row
        assert instant(row["start_at"]) == instant(entry["start_at"]), row
        assert row["timezone"] == entry["timezone"] and row["url"] == entry["url"]


def check(gateway):
    for number in range(120):
        body = {
            "name": NAMES[number % len(NAMES)], "description_md": DESCRIPTION,
            "start_at": "2031-%02d-%02dT18:30:00" % (number % 12 + 1, number % 28 + 1),
            "timezone": ["Europe/Berlin", "America/New_York", "Asia/Kathmandu", "UTC"][number % 4],
        }
        if number % 3 == 0:
            body["coordinate"] = {"latitude": -33.8568 + number / 10, "longitude": -73.98 + number / 10}
        if number % 2 == 0:
            body["meeting_url"] = "https://meet.example.com/room?x=1,2;3"
        gateway.ask("/events/", body)
    lines, _ = gateway.ask("/events.ndjson?sort=start_at")
    entries = [json.loads(line) for line in lines.splitlines()]
    assert len(entries) >= 120

    for path, accept in [("/events.ics?sort=start_at", None), ("/events/?sort=start_at", "text/calendar")]:
        body, headers = gateway.ask(path, accept=accept)
        assert headers["Content-Type"] == "text/calendar; charset=utf-8", headers
        _, events = events_of(body)
        assert set(events) == {entry["id"] + "@luma.com" for entry in entries}
        for entry in entries:
            check_calendar(events[entry["id"] + "@luma.com"], entry)
    for path, accept in [("/events.csv?sort=start_at", None), ("/events/?sort=start_at", "text/csv")]:
        body, headers = gateway.ask(path, accept=accept)
        assert headers["Content-Type"].startswith("text/csv"), headers
        check_table(body, entries)

    for entry in entries[:40]:
        whole = json.loads(gateway.ask("/events/" + entry["id"])[0])
        body, _ = gateway.ask("/events/%s.ics" % entry["id"])
        calendar, events = events_of(body)
        event = events[entry["id"] + "@luma.com"]
        check_calendar(event, entry)
        assert name_of(calendar) == entry["name"], (name_of(calendar), entry["name"])
        assert whole["description"] in str(event["DESCRIPTION"]), str(event["DESCRIPTION"])

    made = json.loads(gateway.ask("/feeds/", {"name": "Team, ours", "filter": {"include_private": True}})[0])
    body, headers = gateway.ask(made["url"])
    calendar, events = events_of(body)
    assert name_of(calendar) == "Team, ours"
    assert calendar["REFRESH-INTERVAL"].dt == datetime.timedelta(hours=1)
    assert len(events) >= 120
    print("%d events read by icalendar %s and csv" % (len(entries), icalendar.__version__))


def main():
    binary = os.path.abspath(sys.argv[1])
    command = [binary, "sandbox", "--port", "0", "--rate-limit", "1000000", "--seed", "7"]
    with tempfile.TemporaryDirectory() as folder, Program(command, folder) as sandbox:
        settings = {"LUMA_PORT": "0", "LUMA_BASE_URL": sandbox.url, "LUMA_API_KEY": "any", "LUMA_DATA_DIR": folder + "/data"}
        with Program([binary, "serve"], folder, **settings) as gateway:
            check(gateway)


if __name__ == "__main__":
    main()
