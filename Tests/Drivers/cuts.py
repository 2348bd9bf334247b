"""Cuts the line to Luma under a create, for a while, and looks at what arrives once it is back: nothing that the gateway has given up.

    cuts.py BINARY FOLDER [--outages 60 130 240] [--watch 240] [--only WORDS]

The kernel repeats what nobody acknowledges, at pauses of up to two minutes, also for a stream that has timed out and for a program
that was killed. Only a kernel shows that, so each case has three hosts (see network.py): the gateway with its settings as they come,
a router, and Luma, which is the emulator behind nginx. A warm connection carries the create away from the searches' own, and is cut:

    both ways   by the router, which drops without a word: the create does not arrive
    way back    the create arrives; its acknowledgement and its answer do not
    own link    the gateway's interface is down

over HTTP/1.1 and HTTP/2, with a gateway that lives or is killed and started again. A client repeats the create with its key until it is
told. One create must have reached Luma then, and still after some minutes, and have made one event. "Unguarded" is a gateway that holds
on to what was sent (unguarded.c), cut for 130 s over HTTP/2: its first create must arrive after it counted as not done, or nothing that
is shown here counts. Whether Luma carries it out then is Luma's affair: nginx does not when the stream's reset comes in the same breath.
So what arrives is counted, not what is made.

Prints a line for each case. All run at the same time, which takes about 10 minutes. Where namespaces are not allowed it is skipped.
"""

import argparse
import atexit
import http.client
import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import traceback

from harness import eventually
from lost import Emulator, Gateway, day
from network import LUMA, Network
from secure_upstream import start_nginx

PORT = 443
# The journal's word for a write that was not done.
NOT_DONE = 0
# Luma is as patient as can be: its end of a connection that is cut stays open.
CONFIGURATION = """
daemon off; pid nginx.pid; error_log nginx-error.log warn; worker_processes 1;
events {{ worker_connections 128; }}
http {{
    log_format calls '$connection $server_protocol $msec $request_uri';
    access_log calls.log calls; client_max_body_size 1m; keepalive_timeout 1h; keepalive_requests 100000;
    client_body_temp_path t-body; proxy_temp_path t-proxy; fastcgi_temp_path t-fast; uwsgi_temp_path t-uwsgi;
    scgi_temp_path t-scgi;
    server {{
        listen {address}:{port} ssl{http2};
        ssl_certificate upstream.cert; ssl_certificate_key upstream.key;
        location / {{ proxy_pass http://127.0.0.1:{emulator}; }}
    }}
}}
"""
# Long enough to be told from other calls, short enough to leave at once.
BODY = {"name": "Tea", "start_at": day(0) + "T10:00:00Z", "timezone": "UTC", "description_md": "tea " * 1000}
# Each starts programs; afterwards all of them wait.
STARTING = threading.Lock()


class Case:
    def __init__(self, protocol, outage, cut, is_killed=False, is_guarded=True):
        self.protocol, self.outage, self.cut, self.is_killed, self.is_guarded = protocol, outage, cut, is_killed, is_guarded
        self.name = "%s, %d s, %s" % (protocol, outage, cut)
        self.name += (", killed" if is_killed else "") + ("" if is_guarded else ", unguarded")
        self.network = self.emulator = self.nginx = self.gateway = None
        self.told = []

    def play(self, binary, folder, watch):
        """What was seen, in a line; or an assertion fails."""
        folder = os.path.join(folder, self.name.replace("/", "-").replace(", ", "-").replace(" ", "-"))
        os.makedirs(folder)
        try:
            with STARTING:
                self.start(binary, folder)
                client = self.warm(folder)
            begun = time.time()
            self.network.cut(self.cut)
            thread = threading.Thread(target=self.create, args=(client,), daemon=True)
            thread.start()
            eventually("the create has left", lambda: self.network.unacknowledged(PORT) > len(BODY["description_md"]))
            if self.is_killed:
                self.gateway.kill()
                with self.network.inside("gateway"):
                    self.gateway.start()
            time.sleep(max(0, begun + self.outage - time.time()))
            self.network.mend(self.cut)
            # The searches, the time that they take for a no, and the kernel's longest pause twice.
            thread.join(60 + 2 * 120 + 60)
            assert self.told, "the client was told nothing"
            told_at = time.time()
            # It forgets soon what is settled and answered.
            writes = journal(os.path.join(folder, "gateway", "data", "luma.db"))
            time.sleep(watch)
            return self.judge(folder, begun, told_at, writes)
        finally:
            self.end()

    def start(self, binary, folder):
        self.network = Network()
        with self.network.inside("luma"):
            self.emulator = Emulator(binary, folder)
            http2 = " http2" if self.protocol == "HTTP/2" else ""
            configuration = CONFIGURATION.format(address=LUMA, port=PORT, http2=http2, emulator=self.emulator.port)
            self.nginx = start_nginx(folder, configuration, LUMA)
            # Killed it would leave its worker.
            atexit.register(self.nginx.terminate)
            eventually("nginx listens", lambda: os.path.exists(os.path.join(folder, "nginx.pid")))
        with self.network.inside("gateway"):
            self.gateway = Gateway(
                binary,
                folder,
                "gateway",
                "https://%s:%d" % (LUMA, PORT),
                LUMA_WORKERS="2",
                LUMA_CA_FILE=os.path.join(folder, "upstream.cert"),
                LUMA_SETTLE_SECONDS=None,
                LUMA_BREAKER_FAILURES=None,
                LUMA_MAX_RETRIES=None,
                LD_PRELOAD=None if self.is_guarded else os.path.join(os.path.dirname(folder), "unguarded.so"),
            )

    def warm(self, folder):
        """A client whose requests go to Luma over another connection than the gateway's own checks and searches: over its own loop's."""
        eventually("the gateway has looked at Luma", lambda: calls(folder))
        own = calls(folder)[0][0]
        for number in range(1, 40):
            with self.network.inside("gateway"):
                client = http.client.HTTPConnection("127.0.0.1", self.gateway.port, timeout=120)
                client.connect()
            client.request("GET", "/events/?limit=%d" % number)
            answer = client.getresponse()
            answer.read()
            assert answer.status == 200, answer.status
            sought = "/v1/calendars/events/list?pagination_limit=%d" % number
            eventually("Luma has logged the read", lambda: sought in [call[-1] for call in calls(folder)])
            connection, protocol = next(call[:2] for call in calls(folder) if call[-1] == sought)
            if connection != own:
                assert protocol == {"HTTP/1.1": "HTTP/1.1", "HTTP/2": "HTTP/2.0"}[self.protocol], protocol
                return client
            client.close()
        raise AssertionError("all requests go the searches' way")

    def create(self, client):
        """Once over that connection, then over new ones until it is told."""
        try:
            client.request("POST", "/events/", json.dumps(BODY), {"Content-Type": "application/json", "Idempotency-Key": "k"})
            client.getresponse().read()
        except (OSError, http.client.HTTPException):
            pass
        with self.network.inside("gateway"):
            self.told.append(self.gateway.repeat(BODY, "k", pause=1))

    def judge(self, folder, begun, told_at, writes):
        with self.network.inside("luma"):
            events = [change["event_id"] for change in self.emulator.changes() if change["change"] == "create"]
        arrivals = [float(at) - begun for _, _, at, path in calls(folder) if path == "/v1/events/create"]
        assert writes, "the journal has forgotten the create"
        effect, settled = writes[0][0], writes[0][1] - begun
        seen = "arrivals %s; events %s; told %s; journal %s" % (arrivals, events, self.told[0], writes)
        text = "told after %.0f s" % (told_at - begun)
        if effect == NOT_DONE:
            text = "not done after %.0f s, " % settled + text
        assert self.told[0] in events, seen
        if not self.is_guarded:
            assert effect == NOT_DONE and len(arrivals) == 2 and min(arrivals) > settled, "nothing has arrived late: " + seen
            return text + "; creates arrive after %.0f s and %.0f s" % tuple(arrivals)
        assert len(events) == len(arrivals) == 1, "more than one create: " + seen
        # A create that arrived in spite of the cut, or one that did not though nothing stood in its way, shows nothing.
        assert (effect == NOT_DONE) == (self.cut != "way back"), "the cut was another than it should be: " + seen
        return text + "; one create, one event, watched until %.0f s" % (time.time() - begun)

    def end(self):
        """Nothing stays, whatever has happened."""
        if self.gateway:
            self.gateway.kill()
        for process in (self.nginx, self.emulator and self.emulator.process):
            if process:
                process.terminate()
                process.wait(10)
        if self.network:
            self.network.remove()


def calls(folder):
    """What has arrived at Luma: by which connection, in which protocol, when and for what."""
    with open(os.path.join(folder, "calls.log")) as file:
        return [line.split() for line in file]


def journal(path):
    """The effect of each write and the instant at which it was known, in their order."""
    database = sqlite3.connect("file:%s?mode=ro" % path, uri=True)
    try:
        rows = database.execute("SELECT effect, settled_at FROM write WHERE effect IS NOT NULL ORDER BY id")
        return [(effect, at / 1000) for effect, at in rows]
    finally:
        database.close()


def cases(outages):
    for outage in outages:
        for protocol in ("HTTP/1.1", "HTTP/2"):
            for cut in ("both ways", "own link", "way back"):
                yield Case(protocol, outage, cut)
            for cut in ("both ways", "own link"):
                yield Case(protocol, outage, cut, is_killed=True)
        # The kernel repeats after about 106 and 212 s. After a shorter cut the create is there before the gateway says no, and is found;
        # after a longer one the next call closes the connection, as it was idle for longer than libcurl's 118 s.
        if 120 <= outage <= 140:
            yield Case("HTTP/2", outage, "both ways", is_guarded=False)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary", type=os.path.abspath)
    parser.add_argument("folder", type=os.path.abspath)
    parser.add_argument("--outages", type=int, nargs="+", default=[60, 130, 240], help="seconds")
    parser.add_argument("--watch", type=int, default=240, help="seconds after the client was told")
    parser.add_argument("--only", default="", help="what the names of the cases have in common")
    options = parser.parse_args()
    try:
        Network().remove()
    except OSError as error:
        print("skipped: cuts, as network namespaces cannot be made here: %s" % error)
        return 0
    library = ["-shared", "-fPIC", "-o", os.path.join(options.folder, "unguarded.so")]
    source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "unguarded.c")
    subprocess.run(["gcc", "-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror"] + library + [source], check=True)
    failed = []

    def play(case):
        try:
            print("%s: %s" % (case.name, case.play(options.binary, options.folder, options.watch)), flush=True)
        except BaseException:
            failed.append(case.name)
            print("%s: FAILED\n%s" % (case.name, traceback.format_exc()), flush=True)

    chosen = [case for case in cases(options.outages) if options.only in case.name]
    assert chosen, "no case has that name"
    threads = [threading.Thread(target=play, args=(case,), daemon=True) for case in chosen]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print("%d cases, %d failed" % (len(chosen), len(failed)))
    return 1 if failed else 0


if __name__ == "__main__":
    # So that the programs are ended.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    sys.exit(main())
