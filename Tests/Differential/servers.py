"""The servers that are compared: each a process of its own, which ends with this one."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable

HERE = os.path.dirname(os.path.abspath(__file__))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """`is_refusal` tells by status and body whether the octets were taken for no request that is served."""

    def __init__(
        self, name: str, port: int, command: list[str], folder: str, is_refusal: Callable[[int, bytes], bool],
        settings: dict[str, str] | None = None,
    ):
        self.name = name
        self.port = port
        self.is_refusal = is_refusal
        self.log = os.path.join(folder, f"{name}.log")
        environment = {key: value for key, value in os.environ.items() if not key.startswith("LUMA_")}
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "TERM", *command], cwd=folder, env=environment | (settings or {}),
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def wait(self, seconds: float = 15) -> None:
        end = time.monotonic() + seconds
        while self.is_running() and time.monotonic() < end:
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=1):
                    return
            except OSError:
                time.sleep(0.05)
        with open(self.log, errors="replace") as log:
            sys.exit(f"{self.name} does not start:\n{log.read()}")

    def is_running(self) -> bool:
        return self.process.poll() is None

    def stop(self) -> None:
        if self.is_running():
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def gateway(binary: str, folder: str) -> Server:
    def is_refusal(status: int, body: bytes) -> bool:
        # Only what the engine itself refuses has a `problem`; a wrong method or path was a request all the same.
        try:
            return "problem" in json.loads(body)["details"]
        except (ValueError, KeyError, TypeError):
            return status in (400, 408)

    port = free_port()
    return Server(
        "luma-mcp", port, [binary, "serve"], folder, is_refusal,
        {"LUMA_SANDBOX": "true", "LUMA_PORT": str(port), "LUMA_ALLOWED_HOSTS": "*", "LUMA_WORKERS": "1"})


def nginx(folder: str) -> Server:
    port = free_port()
    with open(os.path.join(HERE, "nginx.conf.in"), encoding="utf-8") as template:
        text = template.read().replace("@PORT@", str(port))
    text = text.replace("@USER@", "user root;" if os.getuid() == 0 else "")
    path = os.path.join(folder, "nginx.conf")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return Server(
        "nginx", port, ["/usr/sbin/nginx", "-p", folder, "-e", "nginx-error.log", "-c", path], folder,
        lambda status, body: status >= 400)


def uvicorn(folder: str) -> Server:
    port = free_port()
    return Server(
        "uvicorn", port,
        [sys.executable, "-B", "-m", "uvicorn", "--app-dir", HERE, "--http", "h11", "--host", "127.0.0.1", "--port",
         str(port), "--log-level", "critical", "--lifespan", "off", "app:app"],
        folder, lambda status, body: status >= 400)
