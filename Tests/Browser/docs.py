"""The documentation page in real Chromium: docs.py BINARY FOLDER. Pictures of what was seen are left in FOLDER."""

import sys

import docs_failing
import docs_reading
import docs_trying
from stage import play

if __name__ == "__main__":
    play(docs_reading.TESTS + docs_trying.TESTS + docs_failing.TESTS, *sys.argv[1:])
