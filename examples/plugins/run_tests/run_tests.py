#!/usr/bin/python3
"""Runs pytest in a project that the operator has named in RUN_TESTS_PROJECTS, such as `shop=/srv/shop:blog=/srv/blog`.

The caller chooses a name and nothing else: no path, no option. The project's code may do whatever this process may, so it is the
gateway's sandbox that holds it; this program bounds its time and its output and gives it an environment without anything of ours."""

import json
import os
import re
import subprocess
import sys
import threading
import time

MOST_CHARACTERS = 4000
MOST_LINES = 10
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
PASSED_ON = ["PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "TERM", "NO_COLOR", "PYTHONDONTWRITEBYTECODE", "PYTHONIOENCODING"]
PYTHON = "/usr/bin/python3"


class Refused(Exception):
    """Why there is no result, in words for whoever calls, and what is known besides."""

    def __init__(self, words, **known):
        super().__init__(words)
        self.known = known


class Tail:
    """The end of what a program writes, however much that is."""

    def __init__(self, pipe):
        self.octets = b""
        self.thread = threading.Thread(target=self.read, args=[pipe.fileno()], daemon=True)
        self.thread.start()

    def read(self, descriptor):
        while chunk := os.read(descriptor, 65536):
            # A character has at most four octets.
            self.octets = (self.octets + chunk)[-4 * MOST_CHARACTERS:]

    def text(self):
        # What the tests have started may hold the pipe open for as long as it likes.
        self.thread.join(0.5)
        return self.octets.decode("utf-8", "replace")[-MOST_CHARACTERS:]


def projects(setting):
    found = {}
    for entry in filter(None, setting.split(":")):
        name, _, path = entry.partition("=")
        if not NAME.fullmatch(name) or not path.startswith("/"):
            raise Refused("The operator has to name projects in RUN_TESTS_PROJECTS as NAME=/PATH, with : between them.")
        found[name] = path
    if not found:
        raise Refused("The operator has to name projects in RUN_TESTS_PROJECTS.")
    return found


def chosen(name, known):
    if name is None and len(known) == 1:
        return next(iter(known.values()))
    if not isinstance(name, str) or name not in known:
        raise Refused(f"project must be one of: {', '.join(sorted(known))}.")
    return known[name]


def interpreter(project):
    """That of the project's own virtual environment, where it has one."""
    own = os.path.join(project, ".venv/bin/python3")
    return own if os.access(own, os.X_OK) else PYTHON


def has_pytest(python, environment, seconds):
    question = "import importlib.util, sys; sys.exit(importlib.util.find_spec('pytest') is None)"
    words = [python, "-I", "-c", question]
    return subprocess.run(words, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=seconds).returncode == 0


def run(project, seconds):
    environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    # Nothing is written into the project, which the plugin may only read.
    environment["PYTHONDONTWRITEBYTECODE"] = "1"
    if not os.path.isdir(project):
        raise Refused("The project is not there. The operator has to look at RUN_TESTS_PROJECTS and at paths.")
    python = interpreter(project)
    end = time.monotonic() + seconds
    if not has_pytest(python, environment, seconds):
        return {"skipped": True, "reason": "pytest is not installed for this project."}
    words = [python, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    # In this process's own group, so that the gateway ends it with all that it has started.
    process = subprocess.Popen(
        words, cwd=project, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    tail = Tail(process.stdout)
    is_over = False
    try:
        process.wait(max(0.1, end - time.monotonic()))
    except subprocess.TimeoutExpired:
        is_over = True
        process.terminate()
        try:
            process.wait(2)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    text = tail.text()
    known = {"summary": [line for line in text.splitlines() if line.strip()][-MOST_LINES:], "truncated_output": text}
    if is_over:
        raise Refused(f"The tests did not end within {seconds:.0f} seconds and were stopped.", **known)
    return {"exit_code": process.returncode, **known}


def main():
    call = json.load(sys.stdin)
    seconds = float(call.get("deadline_seconds") or 900)
    project = chosen(call["arguments"].get("project"), projects(os.environ.get("RUN_TESTS_PROJECTS", "")))
    # Before the gateway stops this program, so that it can tell what was there until then.
    return run(project, seconds - min(5, seconds / 4))


if __name__ == "__main__":
    try:
        print(json.dumps(main()))
    except Refused as refusal:
        print(json.dumps({"error": str(refusal), **refusal.known}))
        sys.exit(1)
    except (OSError, subprocess.SubprocessError) as failure:
        # Without the path: it is the machine's own.
        reason = getattr(failure, "strerror", None) or "Python does not answer"
        print(json.dumps({"error": f"The tests cannot be run: {reason}."}))
        sys.exit(1)
