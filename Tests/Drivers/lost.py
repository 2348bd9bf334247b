"""Creates whose answers are lost in ways that hide what they have made. The emulator judges: never two.

    lost.py BINARY FOLDER clock|rewriting|stuck|shared|writes
"""

import atexit
import datetime
import http.client
import json
import os
import re
import subprocess
import sys
import threading
import time
import traceback

from chaos_stage import free_port
from front import Front, Stopper
from secure_upstream import start_nginx

SETTLE = 2


def request(port, method, path, body=None, key=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        fields = {"Content-Type": "application/json"} if body is not None else {}
        if key:
            fields["Idempotency-Key"] = key
        connection.request(method, path, None if body is None else json.dumps(body), fields)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def start(command, folder, environment):
    process = subprocess.Popen(
        command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
    )
    atexit.register(process.kill)
    return process, int(re.search(r"http://[^\s/]*:(\d+)", process.stdout.readline()).group(1))


class Gateway:
    def __init__(self, binary, folder, name, upstream, **settings):
        self.command = [binary, "serve"]
        self.folder = os.path.join(folder, name)
        os.makedirs(self.folder)
        self.environment = {
            "PATH": os.environ["PATH"],
            "LUMA_HOST": "127.0.0.1",
            "LUMA_PORT": "0",
            "LUMA_WORKERS": "1",
            "LUMA_BASE_URL": upstream,
            "LUMA_API_KEY": "secret-lost",
            "LUMA_DATA_DIR": "data",
            "LUMA_LOG_FILE": "log",
            "LUMA_SETTLE_SECONDS": str(SETTLE),
            "LUMA_BREAKER_FAILURES": "0",
            "LUMA_RATE_LIMIT_BLOCK_DURATION_SECONDS": "1",
            "LUMA_MAX_RETRIES": "0",
        }
        self.environment.update(settings)
        # What is set to nothing has the program's default.
        self.environment = {name: value for name, value in self.environment.items() if value is not None}
        self.start()

    def start(self):
        self.process, self.port = start(self.command, self.folder, self.environment)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def repeat(self, body, key, pause=0.2):
        """The same create until it is told: its event's id, or None when nobody can ever know."""
        unknown = 0
        while True:
            try:
                status, answer = request(self.port, "POST", "/events/", body, key)
            except (OSError, http.client.HTTPException):
                time.sleep(0.1)
                continue
            document = json.loads(answer)
            if status == 201:
                return document["id"]
            assert status in (409, 429, 502, 503, 504), (status, document)
            # The first one may have been told before it was looked for.
            unknown += status == 504 and document["reason"] == "outcome_unknown"
            if unknown == 2 and status == 504:
                return None
            time.sleep(pause)


class Emulator:
    def __init__(self, binary, folder):
        self.process, self.port = start([binary, "sandbox", "--port", "0", "--rate-limit", "1000000"], folder, {"PATH": os.environ["PATH"]})

    def count(self, day):
        """How many events begin on that day or the one before or after it."""
        day = datetime.datetime.fromisoformat(day[:10])
        bounds = [(day + datetime.timedelta(days=days)).strftime("%Y-%m-%dT12:00:00.000Z") for days in (-1, 1)]
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request("GET", "/v1/calendars/events/list?after=%s&before=%s" % tuple(bounds), None, {"x-luma-api-key": "j"})
        return len(json.loads(connection.getresponse().read())["entries"])

    def changes(self):
        """All that was made, changed and removed, in its order."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request("GET", "/_sandbox/changes", None, {"x-luma-api-key": "j"})
        return json.loads(connection.getresponse().read())["entries"]


def day(number):
    return (datetime.datetime(2031, 1, 1) + datetime.timedelta(days=4 * number)).strftime("%Y-%m-%d")


def run(cases):
    """All at the same time, as most of it is waiting; the first that fails is told."""
    failures = []

    def guard(case):
        try:
            case()
        except BaseException:
            failures.append(traceback.format_exc())

    threads = [threading.Thread(target=guard, args=(case,)) for case in cases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures, failures[0]


def clock(binary, folder):
    emulator = Emulator(binary, folder)

    def case(number, ahead, page, is_killed):
        """Until the create is lost, all that answers has a clock that is ahead."""
        front = Front(emulator.port)
        front.ahead, front.page = ahead, page
        gateway = Gateway(binary, folder, "clock%d" % number, front.url)
        request(gateway.port, "GET", "/events/evt-none")
        is_listed = threading.Event()
        # A request's own look sees nothing yet: lists lag. Without a Date and with the machine's clock ahead, events look old.
        front.show = lambda event: is_listed.is_set() and (
            dict(event, created_at="2020" + event["created_at"][4:]) if ahead is None else event
        )
        front.lose = "silence" if is_killed else "page"
        body = {"name": "Tea", "start_at": day(number) + "T10:00:00Z", "timezone": "UTC"}
        creator = threading.Thread(target=lambda: attempt(gateway.port, body), daemon=True)
        creator.start()
        front.lost.wait()
        if is_killed:
            gateway.kill()
        else:
            creator.join()
        front.ahead, front.page = front.ahead and 0, None
        is_listed.set()
        if is_killed:
            gateway.start()
        told = gateway.repeat(body, "k")
        assert emulator.count(day(number)) == 1, (ahead, page, is_killed, told)
        gateway.kill()

    def attempt(port, body):
        try:
            request(port, "POST", "/events/", body, "k")
        except (OSError, http.client.HTTPException):
            pass

    table = [(ahead, page, killed) for ahead in (30, 3600) for page in (502, 429, None) for killed in (False, True)]
    table += [(None, None, False), (None, None, True)]
    # Some at a time: each has a gateway of its own.
    for first in range(0, len(table), 7):
        run([lambda n=n, row=row: case(n, *row) for n, row in enumerate(table[first : first + 7], first)])
    return "%d clocks" % len(table)


REWRITINGS = {
    "nothing": ("Tea", None, None),
    "composed": ("Cafe\u0301", "Caf\u00e9", None),
    "compatibility": ("\ufb01ve \uff34ea", "five Tea", None),
    "blanks": ("Tea  time ", "Tea time", None),
    "invisible": ("Tea\u200btime", "Teatime", None),
    "variation": ("Tea \u2615\ufe0f", "Tea \u2615", None),
    "cut": ("long " * 30, ("long " * 30)[:100], None),
    "quotes": ("\"Tea\" 'n' toast", "\u201cTea\u201d \u2018n\u2019 toast", None),
    "references": ("Tea & toast", "Tea &amp; toast", None),
    "capitals": ("tea", "Tea", None),
    "other": ("Tea", "Untitled", None),
    "second": ("Tea", None, ("T10:00:00.500Z", "T10:00:00.000Z")),
    "minute": ("Tea", None, ("T10:00:42Z", "T10:00:00.000Z")),
}


def rewriting(binary, folder):
    emulator = Emulator(binary, folder)
    front = Front(emulator.port)
    gateway = Gateway(binary, folder, "rewriting", front.url)
    names = list(REWRITINGS)

    def change(body):
        number = (datetime.date.fromisoformat(body["start_at"][:10]) - datetime.date(2031, 1, 1)).days // 4
        _, name, start = REWRITINGS[names[number]]
        return dict(body, name=name or body["name"], start_at=day(number) + start[1] if start else body["start_at"])

    front.rewrite = change
    bodies = []
    for number, name in enumerate(names):
        sent, _, start = REWRITINGS[name]
        bodies.append({"name": sent, "start_at": day(number) + (start[0] if start else "T10:00:00Z"), "timezone": "UTC"})
        front.lose = "page"
        status, _ = request(gateway.port, "POST", "/events/", bodies[-1], name)
        assert status in (201, 504), status
    told = {}
    run([lambda n=n, name=name: told.update({name: gateway.repeat(bodies[n], name)}) for n, name in enumerate(names)])
    for number, name in enumerate(names):
        assert emulator.count(day(number)) == 1, (name, emulator.count(day(number)), told[name])
    assert told["nothing"] and told["composed"], told
    return "%d rewritings, %d found" % (len(names), sum(id is not None for id in told.values()))


def stuck(binary, folder):
    emulator = Emulator(binary, folder)

    def case(number, is_killed):
        stopper = Stopper(emulator.port)
        gateway = Gateway(binary, folder, "stuck%d" % number, stopper.url, LUMA_REQUEST_TIMEOUT_SECONDS="1")
        body = {"name": "Tea", "start_at": day(number) + "T10:00:00Z", "timezone": "UTC"}
        # More than the relay's kernel takes, less than the gateway's.
        body["description_md"] = "tea " * 15000
        told = []
        creator = threading.Thread(target=lambda: told.append(gateway.repeat(body, "k")), daemon=True)
        creator.start()
        stopper.has_stopped.wait()
        if is_killed:
            time.sleep(0.3)
            gateway.kill()
            gateway.start()
        creator.join()
        assert told[0] and emulator.count(day(number)) == 1, (told, emulator.count(day(number)))
        # Only now the relay goes on to read what is left of the first one.
        stopper.go_on.set()
        stopper.has_ended.wait()
        time.sleep(0.5)
        assert emulator.count(day(number)) == 1, "the first create has arrived, after the second"
        gateway.kill()

    run([lambda: case(0, False), lambda: case(1, True)])
    return "2 relays"


SHARED = """
daemon off; pid nginx.pid; error_log nginx-error.log warn; worker_processes 1;
events {{ worker_connections 128; }}
http {{
    access_log off; client_max_body_size 1m;
    client_body_temp_path t-body; proxy_temp_path t-proxy; fastcgi_temp_path t-fast; uwsgi_temp_path t-uwsgi;
    scgi_temp_path t-scgi;
    server {{
        listen 127.0.0.1:{port} ssl http2;
        ssl_certificate upstream.cert; ssl_certificate_key upstream.key;
        location / {{ proxy_pass http://127.0.0.1:{emulator}; }}
    }}
}}
"""


def shared(binary, folder):
    """Over HTTP/2 a request that times out leaves its connection, and what the kernel has of it."""
    emulator = Emulator(binary, folder)
    port = free_port()
    nginx = start_nginx(folder, SHARED.format(port=port, emulator=emulator.port))
    is_armed = threading.Event()
    try:
        stopper = Stopper(port, lambda data: is_armed.is_set())
        gateway = Gateway(
            binary,
            folder,
            "shared",
            stopper.url.replace("http:", "https:"),
            LUMA_REQUEST_TIMEOUT_SECONDS="1",
            LUMA_CA_FILE=os.path.join(folder, "upstream.cert"),
            LUMA_HEALTH_INTERVAL_SECONDS="3600",
        )
        # The connection that all calls share is there.
        status, answer = request(gateway.port, "GET", "/events/")
        assert status == 200, answer
        is_armed.set()
        body = {"name": "Tea", "start_at": day(0) + "T10:00:00Z", "timezone": "UTC", "description_md": "tea " * 15000}
        told = gateway.repeat(body, "k")
        assert stopper.has_stopped.is_set() and told and emulator.count(day(0)) == 1, (told, emulator.count(day(0)))
        stopper.go_on.set()
        stopper.has_ended.wait()
        time.sleep(0.5)
        assert emulator.count(day(0)) == 1, "the first create has arrived, after the second"
        gateway.kill()
    finally:
        nginx.terminate()
        nginx.wait(10)
    return "one connection"


def writes(binary, folder):
    """Every kind of write whose answer is lost: done once, and the same answer each time it is asked for."""
    emulator = Emulator(binary, folder)

    def case(number, title, method, path, body, lose_on):
        front = Front(emulator.port)
        gateway = Gateway(binary, folder, "writes%d" % number, front.url)
        starts = day(number) + "T10:00:00Z"
        event = None
        if "{id}" in path:
            made = {"name": title, "start_at": starts, "timezone": "UTC"}
            status, answer = request(gateway.port, "POST", "/events/", made)
            assert status == 201, (status, answer)
            event = json.loads(answer)["id"]
        before = len(emulator.changes())
        body = body and {name: value.replace("{start}", starts) if isinstance(value, str) else value for name, value in body.items()}
        answers = []
        front.lose, front.lose_on = "page", lose_on
        for _ in range(2):
            while True:
                status, answer = request(gateway.port, method, path.format(id=event), body, "k")
                if status in (200, 201):
                    break
                assert status in (409, 504), (title, status, answer)
                time.sleep(0.2)
            answers.append((status, answer))
        assert answers[0] == answers[1], (title, answers)
        event = event or json.loads(answers[0][1])["id"]
        done = [change for change in emulator.changes()[before:] if event in json.dumps(change)]
        # One of each kind: a create and, for what is set after it, an update.
        kinds = [change["change"] for change in done]
        assert kinds and len(kinds) == len(set(kinds)), (title, done)
        gateway.kill()

    create, update, approval = "/v1/events/create", "/v1/events/update", "/v1/events/ticket-types/update"
    event = {"name": "Tea", "start_at": "{start}", "timezone": "UTC"}
    run(
        [
            lambda row=row, number=number: case(number, *row)
            for number, row in enumerate(
                [
                    ("create", "POST", "/events/", event, create),
                    ("create with approval", "POST", "/events/", dict(event, require_rsvp_approval=True), approval),
                    ("template", "POST", "/templates/create", dict(event, template_type="workshop"), create),
                    ("rename", "PATCH", "/events/{id}", {"name": "Coffee"}, update),
                    ("move", "PATCH", "/events/{id}", {"start_at": "2031-12-01T10:00:00Z"}, update),
                    ("replace", "PUT", "/events/{id}", dict(event, name="Coffee"), update),
                    ("cancel", "DELETE", "/events/{id}", None, "/v1/events/cancel"),
                ]
            )
        ]
    )
    return "7 kinds of writes"


if __name__ == "__main__":
    scenes = {"clock": clock, "rewriting": rewriting, "stuck": stuck, "shared": shared, "writes": writes}
    print(scenes[sys.argv[3]](sys.argv[1], sys.argv[2]))
