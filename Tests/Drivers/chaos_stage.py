"""The programs of the chaos test: the sandbox, over TLS so that handshakes can fail, and the gateway that is killed."""

import atexit
import json
import os
import re
import socket
import ssl
import subprocess
import time
import urllib.request


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Sandbox:
    def __init__(self, binary, folder, seed):
        self.certificate = os.path.join(folder, "sandbox.cert")
        key = os.path.join(folder, "sandbox.key")
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
            + ["-keyout", key, "-out", self.certificate, "-days", "2", "-subj", "/CN=localhost"]
            + ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
            check=True,
            capture_output=True,
        )
        self.process = subprocess.Popen(
            [binary, "sandbox", "--host", "127.0.0.1", "--port", "0", "--seed", str(seed), "--rate-limit", "1000000"]
            + ["--tls-cert", self.certificate, "--tls-key", key],
            cwd=folder,
            env={"PATH": os.environ["PATH"]},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
        )
        atexit.register(self.process.kill)
        self.url = re.search(r"https://127\.0\.0\.1:\d+", self.process.stdout.readline()).group(0)
        self.trust = ssl.create_default_context(cafile=self.certificate)

    def ask(self, method, path, body=None):
        """Asks until a handshake succeeds, for the storm strikes the judge's connections too."""
        data = None if body is None else json.dumps(body).encode()
        for _ in range(100):
            request = urllib.request.Request(self.url + path, data=data, method=method)
            try:
                with urllib.request.urlopen(request, timeout=10, context=self.trust) as answer:
                    return json.load(answer)
            except OSError as error:
                if isinstance(error, urllib.error.HTTPError):
                    raise AssertionError("%s %s: %s" % (method, path, error.read().decode()))
        raise AssertionError("the sandbox cannot be asked")

    def put_faults(self, seed, rules):
        self.ask("PUT", "/_sandbox/faults", {"seed": seed, "rules": rules})

    def faults(self):
        return self.ask("GET", "/_sandbox/faults")["rules"]

    def end(self):
        self.process.terminate()
        assert self.process.wait(10) == 0, self.process.returncode


class Gateway:
    def __init__(self, binary, folder, sandbox, upstream=None):
        self.binary = binary
        self.folder = folder
        self.sandbox = sandbox
        self.upstream = upstream or sandbox.url
        self.port = free_port()
        self.process = None
        atexit.register(lambda: self.process and self.process.kill())

    def start(self, base_url=None):
        environment = {
            "PATH": os.environ["PATH"],
            "LUMA_HOST": "127.0.0.1",
            "LUMA_PORT": str(self.port),
            "LUMA_WORKERS": "2",
            "LUMA_BASE_URL": base_url or self.upstream,
            "LUMA_CA_FILE": self.sandbox.certificate,
            "LUMA_API_KEY": "chaos",
            "LUMA_LOG_FILE": os.path.join(self.folder, "gateway.log"),
            "LUMA_LOG_FORMAT": "json",
            "LUMA_DEBUG": "true",
            "LUMA_DATA_DIR": os.path.join(self.folder, "data"),
            "LUMA_RATE_LIMIT_GET_REQUESTS": "1000000",
            "LUMA_RATE_LIMIT_POST_REQUESTS": "1000000",
            "LUMA_RATE_LIMIT_BLOCK_DURATION_SECONDS": "1",
            "LUMA_REQUEST_TIMEOUT_SECONDS": "2",
            "LUMA_CONNECT_TIMEOUT_SECONDS": "2",
            "LUMA_MAX_WAIT_SECONDS": "5",
            "LUMA_HEALTH_INTERVAL_SECONDS": "1",
            # Longer than anything that the storm holds back.
            "LUMA_SETTLE_SECONDS": "4",
        }
        self.process = subprocess.Popen(
            [self.binary, "serve"],
            cwd=self.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        line = self.process.stdout.readline()
        assert "listening on" in line, line
        # Its further lines would fill the pipe only after thousands of them.
        end = time.monotonic() + 10
        while time.monotonic() < end:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                time.sleep(0.02)
        raise AssertionError("the gateway does not listen")

    def kill(self):
        """kill -9: nothing is finished, nothing is said."""
        assert self.process.poll() is None, "the gateway ended by itself: %s" % self.process.returncode
        self.process.kill()
        self.process.wait()

    def end(self):
        assert self.process.poll() is None, "the gateway ended by itself: %s" % self.process.returncode
        self.process.terminate()
        assert self.process.wait(30) == 0, self.process.returncode
