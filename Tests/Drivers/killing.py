"""Kills the gateway with SIGKILL in the middle of writes, again and again, and has the emulator judge.

    killing.py BINARY FOLDER ROUNDS SEED

Each round sends writes with idempotency keys, kills the gateway at a random instant, starts it anew on the same data, and
repeats every write with its key until it is answered. Ends with 0 when every create was made exactly once, every key got
an event of its own, and every change and every cancel that was answered is there; else with a traceback.
"""

import atexit
import http.client
import json
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.parse

from relay import Relay

# One way; a create has four ways to go: there, back, and the same to read it.
DELAY = 0.03
START = "2027-07-01T19:00:00Z"


def request(port, method, path, body=None, **fields):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        fields = {name.replace("_", "-"): value for name, value in fields.items()}
        data = json.dumps(body) if body is not None else None
        if data:
            fields["Content-Type"] = "application/json"
        connection.request(method, path, data, fields)
        answer = connection.getresponse()
        return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()
    finally:
        connection.close()


def address(process):
    return int(re.search(r"http://[^\s/]*:(\d+)", process.stdout.readline()).group(1))


class Gateway:
    def __init__(self, binary, folder, upstream):
        environment = {
            "PATH": os.environ["PATH"],
            "LUMA_PORT": "0",
            "LUMA_HOST": "127.0.0.1",
            "LUMA_WORKERS": "2",
            "LUMA_BASE_URL": "http://127.0.0.1:%d" % upstream,
            "LUMA_API_KEY": "secret-killing",
            "LUMA_SETTLE_SECONDS": "0.5",
            "LUMA_RATE_LIMIT_POST_REQUESTS": "100000",
            "LUMA_RATE_LIMIT_GET_REQUESTS": "100000",
            "LUMA_DATA_DIR": os.path.join(folder, "data"),
            "LUMA_LOG_FILE": os.path.join(folder, "log"),
        }
        self.process = subprocess.Popen(
            [binary, "serve"], cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
        )
        atexit.register(self.process.kill)
        self.port = address(self.process)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


class Write:
    """One write with its key, repeated until it is answered."""

    def __init__(self, key, method, path, body=None):
        self.key, self.method, self.path, self.body = key, method, path, body
        self.answer = None
        self.seen = []

    def send(self, port):
        try:
            status, fields, body = request(port, self.method, self.path, self.body, Idempotency_Key='"%s"' % self.key)
        except (OSError, http.client.HTTPException) as error:
            self.seen.append(type(error).__name__)
            return
        self.seen.append(status)
        if status in (200, 201):
            self.answer = (status, fields, json.loads(body))
        else:
            assert status in (409, 502, 503, 504), (self.key, status, body)

    def send_in_background(self, port, delay):
        def run():
            time.sleep(delay)
            self.send(port)

        thread = threading.Thread(target=run)
        thread.start()
        return thread

    def repeat(self, port):
        end = time.monotonic() + 20
        while self.answer is None:
            self.send(port)
            assert time.monotonic() < end, (self.key, self.seen)
            if self.answer is None:
                time.sleep(0.1)


class Judge:
    """What the emulator holds."""

    def __init__(self, port):
        self.port = port

    def events(self):
        events, cursor = [], None
        while True:
            query = "?pagination_limit=50" + ("&pagination_cursor=" + urllib.parse.quote(cursor) if cursor else "")
            status, _, body = request(self.port, "GET", "/v1/calendars/events/list" + query, x_luma_api_key="judge")
            assert status == 200, (status, body)
            page = json.loads(body)
            events += page["entries"]
            cursor = page.get("next_cursor")
            if not page["has_more"]:
                return {event["id"]: event for event in events}


def create(key, name):
    return Write(key, "POST", "/events/", {"name": name, "start_at": START, "timezone": "UTC"})


def main(binary, folder, rounds, seed):
    luck = random.Random(seed)
    sandbox = subprocess.Popen(
        [binary, "sandbox", "--port", "0", "--seed", "7", "--rate-limit", "1000000"],
        cwd=folder,
        stdout=subprocess.PIPE,
        text=True,
    )
    atexit.register(sandbox.kill)
    judge = Judge(address(sandbox))
    relay = Relay(judge.port, DELAY)
    before = set(judge.events())
    gateway = Gateway(binary, folder, relay.port)
    expected, canceled, changed = {}, [], {}
    interrupted = sent_again = replayed = 0
    victim = create("first", "to be changed")
    victim.repeat(gateway.port)
    # While the first is under way a second one with its key is told to wait.
    race = create("race", "race")
    thread = race.send_in_background(gateway.port, 0)
    time.sleep(2 * DELAY)
    status, fields, body = request(gateway.port, "POST", "/events/", race.body, Idempotency_Key="race")
    assert status == 409 and int(fields["retry-after"]) >= 1, (status, fields, body)
    assert json.loads(body)["reason"] == "request_in_progress", body
    thread.join()
    expected["race"] = race.answer[2]["id"]
    spare = []
    for number in range(2 * rounds):
        event = create("spare %d" % number, "spare %d" % number)
        event.repeat(gateway.port)
        spare.append(event.answer[2]["id"])
    for number in range(rounds):
        target = spare.pop()
        # Two of the creates could be mistaken for each other.
        creates = [create("%d a" % number, "alone %d" % number)]
        creates += [create("%d %s" % (number, which), "twin %d" % number) for which in "bc"]
        change = Write("%d u" % number, "PATCH", "/events/" + spare.pop(), {"max_capacity": number + 10})
        cancel = Write("%d d" % number, "DELETE", "/events/" + target)
        writes = creates + [change, cancel]
        threads = [write.send_in_background(gateway.port, luck.uniform(0, 6 * DELAY)) for write in writes]
        time.sleep(luck.uniform(0, 10 * DELAY))
        gateway.kill()
        for thread in threads:
            thread.join()
        interrupted += sum(write.answer is None for write in writes)
        gateway = Gateway(binary, folder, relay.port)
        lost = [write for write in writes if write.answer is None]
        threads = [threading.Thread(target=write.repeat, args=(gateway.port,)) for write in lost]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for write in writes:
            assert write.answer, (write.key, write.seen)
        replayed += sum(write.answer[1].get("idempotency-replayed") == "true" for write in lost)
        # Asked again, an answered write answers the same.
        for write in writes:
            again = Write(write.key, write.method, write.path, write.body)
            again.repeat(gateway.port)
            assert again.answer[0] == write.answer[0] and again.answer[2] == write.answer[2], (write.key, again.answer)
            assert again.answer[1].get("idempotency-replayed") == "true", (write.key, again.answer)
        for write in creates:
            expected[write.key] = write.answer[2]["id"]
        changed[change.path.rsplit("/")[-1]] = number + 10
        canceled.append(target)
        assert cancel.answer[2]["status"] == "canceled", cancel.answer
    time.sleep(1)
    events = judge.events()
    made = set(events) - before - {victim.answer[2]["id"]} - set(changed) - set(spare)
    assert len(set(expected.values())) == len(expected), "two keys got the same event: %s" % expected
    assert made == set(expected.values()), ("lost", set(expected.values()) - made, "twice", made - set(expected.values()))
    for id, capacity in changed.items():
        assert events[id]["max_capacity"] == capacity, (id, events[id])
    assert not set(canceled) & set(events), "an event that was canceled is there"
    gateway.kill()
    print("%d writes, %d interrupted, %d had taken effect" % (5 * rounds, interrupted, replayed))
    assert interrupted and replayed, "nothing was interrupted: the test shows nothing"


main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
