"""For the tests of the examples: starts a plugin as the gateway does, with an environment from nothing, the call as one document on
standard input, and a directory of its own that goes with it."""

import importlib.util
import json
import os
import pathlib
import resource
import signal
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).parent
PATH = "/usr/local/bin:/usr/bin:/bin"


class Result:
    """How a call has ended: its exit status, the document that the plugin wrote, its standard error, and how long it took."""

    def __init__(self, status, output, errors, seconds):
        self.status, self.output, self.errors, self.seconds = status, output, errors, seconds

    @property
    def document(self):
        return json.loads(self.output)

    @property
    def error(self):
        """What the caller is told has gone wrong; fails when nothing has."""
        assert self.status != 0, self.output
        return self.document["error"]

    def __repr__(self):
        return f"status {self.status}, {self.output[:2000]!r}, {self.errors[-2000:]!r}"


def command(name):
    """The words that start a plugin, as the gateway finds them in its directory."""
    folder = HERE / name
    if not (folder / "plugin.json").exists():
        return [sys.executable, str(folder / "cli.py")]
    program, *words = json.loads((folder / "plugin.json").read_text())["command"]
    return [str(folder / program), *words]


def call(name, arguments, environment=None, deadline=60, path=PATH, memory=None):
    """Runs one call to its end, with so many octets of memory. What the plugin leaves running is stopped with it, as by the gateway."""
    document = {"command": "run", "arguments": arguments, "request_id": "test", "deadline_seconds": deadline}
    with tempfile.TemporaryDirectory() as home:
        variables = {
            "PATH": path, "HOME": home, "TMPDIR": home, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "NO_COLOR": "1",
            "PYTHONDONTWRITEBYTECODE": "1", "LUMA_DEADLINE_SECONDS": str(deadline), **(environment or {})}
        limit = (lambda: resource.setrlimit(resource.RLIMIT_AS, (memory, memory))) if memory else None
        begun = time.monotonic()
        process = subprocess.Popen(
            [*command(name), "run"], cwd=home, env=variables, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, start_new_session=True, preexec_fn=limit)
        try:
            output, errors = process.communicate(json.dumps(document).encode(), timeout=deadline + 60)
        finally:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        return Result(process.returncode, output, errors, time.monotonic() - begun)


def load(name, file):
    """A plugin's program as a module, for what no call from outside can bring about."""
    spec = importlib.util.spec_from_file_location(name, HERE / name / file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
