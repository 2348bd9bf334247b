"""Starts and ends the gateway for the interop drivers."""

import contextlib
import os
import socket
import subprocess
import time
import urllib.request


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Gateway:
    """The gateway and the emulator that it talks to, each on a port of its own."""

    def __init__(self, binary, workers=2):
        self.binary = binary
        self.command = [binary, "--workers", str(workers), "--shutdown-seconds", "5"]
        self.port = free_port()
        self.process = None
        sandbox_port = free_port()
        self.environment = os.environ | {
            "LUMA_API_KEY": "secret-interop", "LUMA_BASE_URL": f"http://localhost:{sandbox_port}",
            "LUMA_RATE_LIMIT_GET_REQUESTS": "100000", "LUMA_RATE_LIMIT_POST_REQUESTS": "100000"}
        # The drivers ask for more in a minute than Luma would allow.
        self.sandbox = subprocess.Popen(
            [binary, "sandbox", "--port", str(sandbox_port), "--rate-limit", "100000"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    @property
    def url(self):
        return f"http://localhost:{self.port}"

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
