"""The program under test for the interop drivers, and a line to its upstream that can be held."""

import contextlib
import os
import pathlib
import re
import socket
import subprocess
import tempfile
import threading
import time
import urllib.request


# Tools that pass on no one operation of Luma's.
OWN_TOOLS = {"list_templates", "create_event_from_template", "search", "fetch", "health"}


def offered_tools():
    """The names of all tools: those of operations stand in the table of docs/luma.md, which is made of the program's rows."""
    page = (pathlib.Path(__file__).resolve().parents[2] / "docs" / "luma.md").read_text()
    rows = re.search(r"<!-- table: operations -->\n(.*?)<!-- end of table -->", page, re.S).group(1).splitlines()[2:]
    cells = [row.strip("| ").split(" | ")[2] for row in rows]
    named = {cell.strip("`") for cell in cells if cell != "–"}
    assert len(named) >= 8, f"docs/luma.md names {sorted(named)}"
    return named | OWN_TOOLS


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Line:
    """Passes bytes between the gateway and the emulator. While it is held, no answer arrives."""

    def __init__(self, upstream):
        self.upstream = upstream
        self.free = threading.Event()
        self.free.set()
        # Connections that the gateway has given up while their answer was held.
        self.given_up = 0
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            near, _ = self.listener.accept()
            far = socket.create_connection(("127.0.0.1", self.upstream))
            threading.Thread(target=self.ask, args=(near, far), daemon=True).start()
            threading.Thread(target=self.answer, args=(near, far), daemon=True).start()

    def ask(self, near, far):
        with contextlib.suppress(OSError):
            while data := near.recv(65536):
                far.sendall(data)
        if not self.free.is_set():
            self.given_up += 1
        with contextlib.suppress(OSError):
            far.shutdown(socket.SHUT_RDWR)

    def answer(self, near, far):
        with contextlib.suppress(OSError):
            while data := far.recv(65536):
                self.free.wait()
                near.sendall(data)
        for end in near, far:
            with contextlib.suppress(OSError):
                end.close()


class Gateway:
    """The gateway and the emulator that it talks to, each on a port of its own."""

    def __init__(self, binary, workers=2):
        self.binary = binary
        self.command = [binary, "--workers", str(workers), "--shutdown-seconds", "5"]
        self.port = free_port()
        self.process = None
        sandbox_port = free_port()
        # The drivers ask for more in a minute than Luma would allow.
        self.sandbox = subprocess.Popen(
            [binary, "sandbox", "--port", str(sandbox_port), "--rate-limit", "100000"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.await_port(sandbox_port)
        self.line = Line(sandbox_port)
        # Over stdio nothing is kept unless it is said where; both share one folder.
        self.state = tempfile.TemporaryDirectory()
        self.plugins = pathlib.Path(self.state.name, "dropped")
        self.plugins.mkdir(mode=0o755)
        self.environment = os.environ | {
            "LUMA_PLUGINS_DIR": str(self.plugins), "LUMA_DATA_DIR": self.state.name,
            "LUMA_API_KEY": "secret-interop", "LUMA_BASE_URL": f"http://localhost:{self.line.port}",
            "LUMA_RATE_LIMIT_GET_REQUESTS": "100000", "LUMA_RATE_LIMIT_POST_REQUESTS": "100000"}

    @property
    def url(self):
        return f"http://localhost:{self.port}"

    @staticmethod
    def await_port(port):
        for _ in range(200):
            with contextlib.suppress(OSError):
                return socket.create_connection(("127.0.0.1", port)).close()
            time.sleep(0.05)
        raise RuntimeError(f"nobody answers on port {port}")

    def start(self):
        self.process = subprocess.Popen(
            self.command + ["--port", str(self.port)], env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(200):
            with contextlib.suppress(OSError):
                if urllib.request.urlopen(self.url + "/health").status == 200:
                    return self
            time.sleep(0.05)
        raise RuntimeError("the gateway does not answer")

    def stop_gateway(self):
        self.process.terminate()
        code = self.process.wait(timeout=10)
        if code != 0:
            raise RuntimeError(f"the gateway ended with {code}")

    def restart(self):
        self.stop_gateway()
        self.start()

    def stop(self):
        try:
            self.stop_gateway()
        finally:
            self.sandbox.terminate()
            self.sandbox.wait(timeout=10)
            self.state.cleanup()
