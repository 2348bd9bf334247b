"""Lets four gateways on one data directory ask for more than Luma grants: fleet_budget.py BINARY FOLDER [SECONDS]

The emulator stands for Luma: 200 requests in a window that begins with the first, here of a quarter of a minute; a block of a minute for
one more. The gateways start one after the other, while the first has all to itself. Each has six scripts that ask again as soon as
they are answered, and keep to every Retry-After. At least 97 % of what the emulator would grant must be used, and it must
never have to refuse.

Then one is killed in the middle of a burst and one is stopped: what a dead one held may be lost for its window, at most 25; what
the other one gives back may not. A 429 that one of them meets must stop all.
"""

import atexit
import http.client
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time

LIMIT = 200
WINDOW = 15
GATEWAYS = 4
SCRIPTS = 6
BLOCK = 25


def start(binary, folder, arguments, **settings):
    process = subprocess.Popen(
        [binary] + arguments, cwd=folder, env=dict({"PATH": os.environ["PATH"]}, **settings),
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    atexit.register(process.kill)
    return process, re.search(r"http://([^\s/]+)", process.stdout.readline()).group(1)


def ask(address, method, path, body=None, **fields):
    connection = http.client.HTTPConnection(address, timeout=90)
    try:
        data = json.dumps(body) if body is not None else None
        connection.request(method, path, data, {name.replace("_", "-"): value for name, value in fields.items()})
        answer = connection.getresponse()
        return answer.status, answer.read(), answer.headers
    finally:
        connection.close()


class Luma:
    def __init__(self, binary, folder):
        self.process, self.address = start(
            binary, folder, ["sandbox", "--port", "0", "--host", "127.0.0.1", "--rate-limit", str(LIMIT)])
        # As far away as a server on the same continent.
        self.put_faults("latency=40")
        # Before anybody has learned of longer windows.
        body = {"limit": LIMIT, "window_seconds": WINDOW}
        assert ask(self.address, "POST", "/_sandbox/rate-limit", body, Content_Type="application/json")[0] == 200

    def put_faults(self, *rules):
        assert ask(self.address, "PUT", "/_sandbox/faults", {"rules": list(rules)}, Content_Type="application/json")[0] == 200

    def told(self):
        """Requests that were granted, and those that were refused."""
        state = json.loads(ask(self.address, "GET", "/_sandbox/state")[1])
        return sum(state["requests"].values()) - state["rate_limited"], state["rate_limited"]


class Gateway:
    def __init__(self, binary, folder, luma, number):
        self.process, self.address = start(
            binary, folder, ["serve"], LUMA_PORT="0", LUMA_HOST="127.0.0.1", LUMA_WORKERS="2", LUMA_API_KEY="fleet",
            LUMA_CACHE_SECONDS="0", LUMA_BASE_URL="http://" + luma.address, LUMA_DATA_DIR=os.path.join(folder, "data"),
            LUMA_SHUTDOWN_SECONDS="2",
            # A check in the background is a request, too, and none of the scripts'.
            LUMA_HEALTH_INTERVAL_SECONDS="3600", LUMA_LOG_FILE=os.path.join(folder, "log-%d" % number))
        self.answers = {}
        self.lock = threading.Lock()
        self.isOver = threading.Event()
        self.threads = []

    def ask_for_all(self, end):
        self.threads = [threading.Thread(target=self.script, args=(end,), daemon=True) for _ in range(SCRIPTS)]
        for thread in self.threads:
            thread.start()

    def script(self, end):
        while time.monotonic() < end and not self.isOver.is_set():
            left = end - time.monotonic()
            try:
                status, _, headers = ask(
                    self.address, "GET", "/events/?limit=1", Cache_Control="no-cache",
                    X_Request_Timeout="%.3f" % max(left, 0.001))
            except (OSError, http.client.HTTPException):
                # Killed, or ending.
                time.sleep(0.05)
                continue
            with self.lock:
                self.answers[status] = self.answers.get(status, 0) + 1
            if status == 429:
                self.isOver.wait(min(int(headers["Retry-After"]), max(0.0, end - time.monotonic())))

    def budget(self):
        return json.loads(ask(self.address, "GET", "/status")[1])["budget"]

    def kill(self):
        """kill -9: nothing is given back."""
        self.process.kill()
        self.process.wait()
        self.isOver.set()

    def stop(self):
        self.isOver.set()
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(30) == 0, self.process.returncode


def wait_for(what, condition, seconds=10):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "not within %d s: %s" % (seconds, what)
        time.sleep(0.02)


def windows(seconds):
    return -(-int(seconds) // WINDOW)


def at_full_demand(luma, fleet, seconds):
    end = time.monotonic() + seconds
    for gateway in fleet:
        gateway.ask_for_all(end)
    for gateway in fleet:
        for thread in gateway.threads:
            thread.join()


def main(binary, folder, seconds):
    luma = Luma(binary, folder)
    fleet = [Gateway(binary, folder, luma, number) for number in range(GATEWAYS)]
    wait_for("all know of each other", lambda: all(gateway.budget()["gateways"] == GATEWAYS for gateway in fleet))

    # What the starts have spent is of a window that is over then.
    time.sleep(WINDOW + 2)
    before = luma.told()
    at_full_demand(luma, fleet, seconds)
    granted, refused = (now - then for now, then in zip(luma.told(), before))
    could = LIMIT * windows(seconds)
    for gateway in fleet:
        print(dict(sorted(gateway.answers.items())))
    print("four gateways: Luma granted %d of %d (%.1f %%) and refused %d" % (granted, could, 100 * granted / could, refused))
    assert refused == 0
    assert granted >= 0.97 * could

    # One dies in the burst of a window, one ends a little later.
    time.sleep(WINDOW + 2)
    before = luma.told()
    end = time.monotonic() + 2.6 * WINDOW
    for gateway in fleet:
        gateway.isOver.clear()
        gateway.ask_for_all(end)
    wait_for("the burst", lambda: luma.told()[0] - before[0] > LIMIT / 3, WINDOW)
    fleet[0].kill()
    fleet[1].stop()
    for gateway in fleet[2:]:
        for thread in gateway.threads:
            thread.join()
    granted, refused = (now - then for now, then in zip(luma.told(), before))
    could = LIMIT * 3
    print("one killed, one stopped: Luma granted %d of %d and refused %d" % (granted, could, refused))
    assert refused == 0
    assert granted >= 0.97 * (could - BLOCK)
    wait_for("two are left", lambda: all(gateway.budget()["gateways"] == 2 for gateway in fleet[2:]))

    # The next call is refused, whoever makes it; what the other one sends after a moment is nothing.
    time.sleep(WINDOW + 2)
    luma.put_faults("status=429,retry_after=20,limit=1")
    first, second = fleet[2:]
    ask(first.address, "GET", "/events/?limit=1", Cache_Control="no-cache", X_Request_Timeout="1")
    wait_for("the other one is closed", lambda: second.budget()["closed_seconds"], 3)
    before = luma.told()
    status, _, headers = ask(second.address, "GET", "/events/?limit=1", Cache_Control="no-cache", X_Request_Timeout="1")
    assert status == 429 and int(headers["Retry-After"]) > 1, (status, headers)
    assert luma.told() == before
    print("a 429 stops both: Retry-After is %s" % headers["Retry-After"])
    for gateway in (first, second):
        gateway.stop()


if __name__ == "__main__":
    sys.stdout.reconfigure(line_buffering=True)
    main(os.path.abspath(sys.argv[1]), sys.argv[2], float(sys.argv[3]) if len(sys.argv) > 3 else 3.7 * WINDOW)
