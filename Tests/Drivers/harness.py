"""The gateway under test, and what the drivers of slow, rude and many clients share."""

import atexit
import os
import re
import resource
import signal
import socket
import subprocess
import time

ALIVE = b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"
HARD_LIMIT = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (HARD_LIMIT, HARD_LIMIT))


class Gateway:
    """The program under attack."""

    def __init__(self, binary, folder, shell=None, **settings):
        environment = {
            "PATH": os.environ["PATH"],
            "LUMA_PORT": "0",
            "LUMA_HOST": "127.0.0.1",
            "LUMA_WORKERS": "2",
            "LUMA_LOG_FILE": os.path.join(folder, "log"),
        }
        environment.update(settings)
        if "LUMA_BASE_URL" not in settings:
            environment["LUMA_SANDBOX"] = "true"
        command = [binary, "serve"]
        if shell:
            command = ["sh", "-c", shell + '; exec "$0" "$@"'] + command
        self.process = subprocess.Popen(
            command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
        )
        atexit.register(self.process.kill)
        line = self.process.stdout.readline()
        self.port = int(re.search(r"http://127\.0\.0\.1:(\d+)", line).group(1))
        eventually("healthy", lambda: self.get(b"/health")[0] == 200)
        # What is opened once and stays, such as each loop's connection to the emulator.
        for number in range(16):
            self.get(b"/events/?limit=%d" % (number + 1))
        time.sleep(0.2)
        self.descriptors = self.count_descriptors()
        self.resident = self.count_resident()

    def connect(self, receive_buffer=None):
        client = socket.socket()
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if receive_buffer:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        client.settimeout(10)
        client.connect(("127.0.0.1", self.port))
        return client

    def get(self, path):
        with self.connect() as client:
            client.sendall(b"GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n" % path)
            return parse(read_all(client))

    def count_descriptors(self):
        return len(os.listdir("/proc/%d/fd" % self.process.pid))

    def count_resident(self):
        """Megabytes."""
        with open("/proc/%d/statm" % self.process.pid) as file:
            return int(file.read().split()[1]) * resource.getpagesize() / 1e6

    def processor_seconds(self):
        with open("/proc/%d/stat" % self.process.pid) as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def check(self, what, megabytes=16):
        """As before: descriptors, memory, health."""
        assert self.process.poll() is None, "%s: the program has ended: %s" % (what, self.process.returncode)
        eventually(
            what + ": the descriptors are back", lambda: self.count_descriptors() <= self.descriptors, self.count_descriptors
        )
        grown = self.count_resident() - self.resident
        assert grown <= megabytes, "%s: %.1f MB more" % (what, grown)
        status, _, body = self.get(b"/health")
        assert status == 200, (what, status, body)
        print("%s: %.1f MB" % (what, grown))

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(15) == 0, self.process.returncode


def eventually(what, condition, state=lambda: "", seconds=10):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return
        time.sleep(0.02)
    raise AssertionError("not within %d s: %s %s" % (seconds, what, state()))


def read_all(client):
    """Everything up to the end; a reset is an end too."""
    data = b""
    while True:
        try:
            more = client.recv(1 << 20)
        except ConnectionResetError:
            return data
        if not more:
            return data
        data += more


def parse(data):
    head, _, body = data.partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    fields = dict(line.lower().split(b": ", 1) for line in lines[1:])
    return int(lines[0].split()[1]) if data else 0, fields, body
