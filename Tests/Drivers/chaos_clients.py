"""The clients of the chaos test. Each has events of its own, does one thing after the other, and remembers what it was told."""

import http.client
import json
import random
import time


class Refused(Exception):
    """Nobody listened: the request cannot have arrived."""


class Event:
    """What a client believes of one of its events."""

    def __init__(self, name):
        self.name = name
        self.id = None
        self.is_twin = False
        # The X-Request-Id of the answer that told of it, to be found in the gateway's log.
        self.request = None
        # Settings that were acknowledged, and those of a change whose outcome is not known.
        self.settings = {}
        self.pending = {}
        self.changes_asked = 0
        self.cancel_asked = False
        self.cancelled = False


class Operation:
    """One write with its key. `event` is what it is about."""

    def __init__(self, kind, number, event, method, path, body, key):
        self.kind = kind
        self.number = number
        self.event = event
        self.method = method
        self.path = path
        self.body = body
        self.key = key
        self.minimal = False
        self.status = None
        self.attempts = 0
        self.request = None


class Client:
    def __init__(self, number, port, seed, operations, uses_keys, until, progress):
        self.number = number
        self.port = port
        self.random = random.Random(seed * 1000 + number)
        self.operations = operations
        self.uses_keys = uses_keys
        self.until = until
        self.progress = progress
        self.connection = None
        self.seed = seed
        self.label = "chaos-%d-%d" % (seed, number)
        self.made = 0
        # Events by what the client knows: there; perhaps there; surely not.
        self.events = []
        self.perhaps = []
        self.undecided = []
        self.statuses = {}
        self.failure = None

    # The work

    def run(self):
        try:
            for _ in range(self.operations):
                if time.monotonic() >= self.until:
                    return
                self.step()
                self.progress.add()
        except Exception as error:
            self.failure = error
            raise

    def step(self):
        free = [event for event in self.events if not event.cancelled and not event.pending and not event.cancel_asked]
        choice = self.random.random()
        if choice < 0.35 or not free:
            self.create()
        elif choice < 0.65:
            self.change(self.random.choice(free))
        elif choice < 0.75:
            self.cancel(self.random.choice(free))
        elif choice < 0.95:
            event = self.random.choice(free)
            self.read("/events/" + event.id, event)
        else:
            self.read("/events/?limit=20&sort=-start_at", None)

    def create(self):
        self.made += 1
        event = Event("%s-%d" % (self.label, self.made))
        body = {
            "name": event.name,
            # Many events begin at the same time, as in life.
            "start_at": "2031-0%d-01T10:00:00Z" % (1 + self.made % 9),
            "timezone": "Europe/Berlin",
            "max_capacity": self.made,
        }
        if self.random.random() < 0.06:
            # Others mean another event by the very same words.
            event.name = "chaos-%d-twin-%d" % (self.seed, self.random.randrange(8))
            event.is_twin = True
            body.update(name=event.name, start_at="2031-01-01T10:00:00Z", max_capacity=7)
        event.settings["max_capacity"] = body["max_capacity"]
        operation = Operation("create", self.made, event, "POST", "/events/", body, self.key())
        operation.minimal = self.random.random() < 0.3
        self.write(operation)

    def change(self, event):
        self.made += 1
        event.changes_asked += 1
        field = self.random.choice(["max_capacity", "description_md"])
        value = 1000 + self.made if field == "max_capacity" else "%s, change %d" % (event.name, self.made)
        event.pending = {field: value}
        method = self.random.choice(["PATCH", "PUT"])
        self.write(Operation("change", self.made, event, method, "/events/" + event.id, {field: value}, self.key()))

    def cancel(self, event):
        self.made += 1
        event.cancel_asked = True
        self.write(Operation("cancel", self.made, event, "DELETE", "/events/" + event.id, None, self.key()))

    def key(self):
        return "%s-%d" % (self.label, self.made) if self.uses_keys else None

    def read(self, path, event):
        for _ in range(20):
            try:
                status, _, answer = self.ask("GET", path)
            except Refused:
                time.sleep(0.1)
                continue
            except (OSError, http.client.HTTPException):
                return
            if status == 200 and event is not None:
                # A read after a write that was acknowledged shows it.
                for field, value in event.settings.items():
                    assert answer.get(field) == value, "%s shows %s=%r, acknowledged was %r" % (
                        event.name, field, answer.get(field), value,
                    )
            return

    # Writes

    def write(self, operation):
        """Sends until the outcome is known, with a key; without one, once."""
        wait = 0.05
        while True:
            try:
                status, fields, answer = self.send(operation)
            except Refused:
                status = None
            except (OSError, http.client.HTTPException):
                status = 0
                fields = {}
                if not self.uses_keys:
                    return self.doubt(operation)
            if status is not None and status != 0 and self.settle(operation, status, answer):
                return
            if status is not None and not self.uses_keys:
                return self.doubt(operation)
            if time.monotonic() >= self.until:
                return self.undecided.append(operation)
            if status and "retry-after" in fields:
                wait = min(float(fields["retry-after"]), 2)
            time.sleep(wait * self.random.uniform(0.5, 1))
            wait = min(wait * 2, 1)

    def send(self, operation):
        operation.attempts += 1
        operation.request = "%d-%d-%d" % (self.number, operation.number, operation.attempts)
        headers = {"Content-Type": "application/json", "X-Request-Id": operation.request}
        if operation.key:
            headers["Idempotency-Key"] = '"%s"' % operation.key
        if operation.minimal:
            headers["Prefer"] = "return=minimal"
        return self.ask(operation.method, operation.path, operation.body, headers)

    def settle(self, operation, status, answer):
        """Takes the outcome up; False when it is open."""
        operation.status = status
        self.statuses[operation.kind, status] = self.statuses.get((operation.kind, status), 0) + 1
        event = operation.event
        if status in (200, 201):
            if operation.kind == "create":
                assert status == 201 and answer["id"], answer
                event.id = answer["id"]
                event.request = operation.request
                self.events.append(event)
            elif operation.kind == "change":
                event.settings.update(event.pending)
                event.pending = {}
            else:
                event.cancelled = True
            return True
        if operation.kind == "create" and status == 504 and answer.get("details", {}).get("cause") == "interrupted":
            # For good: several events fit, or one that the journal no longer knows was cancelled meanwhile.
            self.perhaps.append(event)
            return True
        if operation.kind == "cancel" and status in (403, 404):
            # An earlier attempt has cancelled it.
            event.cancelled = True
            return True
        if status in (400, 403, 404, 422):
            # Luma said no. What it was asked was not done.
            if operation.kind == "change":
                event.pending = {}
            if operation.kind == "cancel":
                event.cancel_asked = False
            return True
        if not self.uses_keys and status in (429, 502) and answer.get("reason") != "upstream_error":
            # Surely not sent, or refused unseen.
            if operation.kind == "change":
                event.pending = {}
            if operation.kind == "cancel":
                event.cancel_asked = False
            return True
        return False

    def doubt(self, operation):
        """Without a key nobody knows."""
        if operation.kind == "create":
            self.perhaps.append(operation.event)

    def finish(self, until):
        """Asks again for what is open, now that nothing is wrong."""
        operations, self.undecided = self.undecided, []
        self.until = until
        for operation in operations:
            self.write(operation)

    # Requests

    def ask(self, method, path, body=None, headers=None):
        if self.connection is None:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
            try:
                connection.connect()
            except OSError as error:
                raise Refused() from error
            self.connection = connection
        try:
            data = None if body is None else json.dumps(body)
            self.connection.request(method, path, body=data, headers=headers or {})
            response = self.connection.getresponse()
            text = response.read()
            fields = {name.lower(): value for name, value in response.getheaders()}
            if fields.get("connection") == "close":
                self.close()
            return response.status, fields, json.loads(text) if text else {}
        except Exception:
            self.close()
            raise

    def close(self):
        if self.connection is not None:
            self.connection.close()
            self.connection = None
