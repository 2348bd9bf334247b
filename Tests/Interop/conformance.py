"""Plays every scored scenario of the protocol's conformance suite, by its name, against a server with the named fixtures.

conformance.py <port> <revision> [<file for all messages that were heard>]
"""

import json
import sys
import time

import basics  # noqa: F401
import rounds  # noqa: F401
import stateless  # noqa: F401
from scenarios import OLD, SCENARIOS, Both
from wire import MODERN, Wire


# What a revision before the scored ones does not have yet.
DEFAULTS_AND_CHOICES = {"elicitation-sep1034-defaults", "elicitation-sep1330-enums"}
FORMS = DEFAULTS_AND_CHOICES | {"tools-call-elicitation"}
LACKS = {"2024-11-05": FORMS | {"tools-call-audio"}, "2025-03-26": FORMS, "2025-06-18": DEFAULTS_AND_CHOICES}


def play(port, revision, file):
    wire = Wire(port)
    assert (len(SCENARIOS[OLD]), len(SCENARIOS[MODERN])) == (30, 37), SCENARIOS
    failures = 0
    for name, function in SCENARIOS[MODERN if revision == MODERN else OLD].items():
        if name in LACKS.get(revision, ()):
            continue
        start = time.monotonic()
        try:
            function(Both(wire, revision))
            print(f"ok      {revision} {name} ({time.monotonic() - start:.2f} s)", flush=True)
        except Exception as error:
            failures += 1
            print(f"FAILED  {revision} {name}: {error!r}", flush=True)
    if file:
        with open(file, "w") as out:
            for message in wire.heard:
                print(json.dumps(message), file=out)
    return failures


if __name__ == "__main__":
    sys.exit(play(int(sys.argv[1]), sys.argv[2], sys.argv[3] if len(sys.argv) > 3 else None))
