#!/usr/bin/env python3
"""Tells how long a run of tests took and which ten of them took longest, from the event stream of Swift Testing.

    slowest.py EVENTS [COUNT]

The time of a test is that of its cases: where several tests run at once, a test that waits for its turn takes no time.
"""
import json
import sys


def durations(lines):
    """Seconds of each test by its name, and of the whole run."""
    began, took, first, last = {}, {}, None, 0.0
    for line in lines:
        try:
            record = json.loads(line)
        except ValueError:
            continue  # A run that was ended from outside leaves half a line.
        if record.get("kind") != "event":
            continue
        event = record["payload"]
        now = event["instant"]["absolute"]
        first = now if first is None else first
        last = now
        test = event.get("testID")
        case = (test, (event.get("_testCase") or {}).get("id"))
        if event["kind"] == "testCaseStarted":
            began[case] = now
        elif event["kind"] == "testCaseEnded" and case in began:
            took[test] = took.get(test, 0.0) + now - began.pop(case)
    return took, last - (first or last)


def main(path, count="10"):
    with open(path, encoding="utf-8") as lines:
        took, total = durations(lines)
    slowest = sorted(took.items(), key=lambda item: -item[1])[:int(count)]
    print(f"The tests took {total:.0f} s; the slowest of {len(took)}:")
    for test, seconds in slowest:
        print(f"{seconds:8.1f} s  {'/'.join(test.split('/')[:2])}")


if __name__ == "__main__":
    main(*sys.argv[1:])
