"""A storm: many clients create, change, cancel and read while the sandbox does all the wrong that it can be told to, its
name is not known for a while, and the gateway is killed. Afterwards the sandbox tells what was done, and it must be what
the clients believe.

    chaos.py BINARY FOLDER [--operations 2000] [--clients 32] [--seed N] [--seconds 150] [--kills 2] [--without-keys] [--proxy]

With --proxy a proxy stands before the sandbox that answers with pages of its own, whose clock is ahead.
"""

import argparse
import os
import random
import signal
import sys
import threading
import time
import urllib.parse

from chaos_clients import Client
from chaos_judge import judge
from chaos_stage import Gateway, Sandbox
from front import Storm

# Rare enough that most calls succeed in the end, frequent enough that each occurs many times.
STORM = [
    "latency=1-60,chance=0.3",
    "latency=50-300,after,chance=0.02",
    # Longer than the gateway waits for an answer: it takes effect when nobody listens any more, or has already.
    "latency=2500,after,chance=0.004",
    "latency=2500,on=events/create,chance=0.006",
    "status=429,chance=0.002",
    "status=429,retry_after=1,chance=0.003",
    "status=503,retry_after=1,chance=0.005",
    "status=400,chance=0.004",
    "status=403,html,chance=0.003",
    "status=500,chance=0.02",
    "status=500,after,chance=0.02",
    "status=502,html,chance=0.01",
    "status=504,html,after,chance=0.01",
    "reset,chance=0.02",
    "reset,after,chance=0.02",
    "truncate,chance=0.015",
    "truncate=0,chance=0.005",
    "slow=40,milliseconds=15,chance=0.01",
    "length=+20,chance=0.01",
    "length=-20,chance=0.01",
    "tls,chance=0.15",
]


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary", type=os.path.abspath)
    parser.add_argument("folder")
    parser.add_argument("--operations", type=int, default=2000)
    parser.add_argument("--clients", type=int, default=32)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    parser.add_argument("--seconds", type=float, default=150, help="when clients stop to begin something new")
    parser.add_argument("--kills", type=int, default=2)
    parser.add_argument("--without-keys", action="store_true", help="no Idempotency-Key, and no write is repeated")
    parser.add_argument("--proxy", action="store_true", help="put a proxy with a wrong clock before the sandbox")
    return parser.parse_args()


class Progress:
    """How many operations have ended, for whoever waits for some share of them."""

    def __init__(self, total):
        self.total = total
        self.done = 0
        self.changed = threading.Condition()

    def add(self):
        with self.changed:
            self.done += 1
            self.changed.notify_all()

    def wait_for(self, count, until):
        with self.changed:
            while self.done < count and time.monotonic() < until:
                self.changed.wait(0.1)
            return self.done >= count


def kill_and_restart(gateway, kills, progress, until, log):
    """Kills at shares of the way, in the midst of things; after the last kill the name is not known for a while."""
    for number in range(kills):
        if not progress.wait_for(progress.total * (number + 1) // (kills + 1), until):
            break
        gateway.kill()
        if number == kills - 1:
            gateway.start(base_url="https://luma.invalid")
            log("killed; for two seconds nobody knows Luma's name")
            time.sleep(2)
            gateway.kill()
        gateway.start()
        log("killed and started again")


def main():
    options = arguments()
    begun = time.monotonic()

    def log(text):
        print("%6.1f s  %s" % (time.monotonic() - begun, text), flush=True)

    print("CHAOS_SEED=%d CHAOS_OPERATIONS=%d" % (options.seed, options.operations), flush=True)
    sandbox = Sandbox(options.binary, options.folder, options.seed)
    storm = options.proxy and Storm(urllib.parse.urlsplit(sandbox.url).port, sandbox.trust, options.seed)
    gateway = Gateway(options.binary, options.folder, sandbox, storm and storm.url)
    gateway.start()
    sandbox.put_faults(options.seed, STORM)
    progress = Progress(options.operations)
    until = begun + options.seconds
    clients = [
        Client(number, gateway.port, options.seed, share, not options.without_keys, until, progress)
        for number, share in enumerate(shares(options.operations, options.clients))
    ]
    threads = [threading.Thread(target=client.run, daemon=True) for client in clients]
    for thread in threads:
        thread.start()
    kill_and_restart(gateway, options.kills, progress, until, log)
    for thread in threads:
        thread.join(max(0, until + 30 - time.monotonic()))
    hanging = sum(thread.is_alive() for thread in threads)
    assert not hanging, "%d clients hang" % hanging
    rules = sandbox.faults()
    log("%d operations ended, %d undecided; calm now" % (progress.done, sum(len(c.undecided) for c in clients)))

    # In calm weather what is still open must come to an end, and nothing that happens later may change the verdict.
    sandbox.put_faults(options.seed, [])
    time.sleep(3)
    for client in clients:
        client.finish(time.monotonic() + 60)
    time.sleep(1)
    if storm:
        log("pages of the proxy: %d" % storm.pages)
        assert storm.pages, "the proxy has played no page"
    problems = judge(sandbox, clients, options.without_keys, log)
    played = {rule["fault"]: 0 for rule in rules}
    for rule in rules:
        played[rule["fault"]] += rule["hits"]
    log("faults played: " + ", ".join("%s %d" % pair for pair in sorted(played.items())))
    if options.operations >= 1000:
        problems += ["%s was never played" % name for name, hits in played.items() if not hits]
    if progress.done < options.operations // 2:
        problems.append("only %d operations came to an end in time" % progress.done)
    gateway.end()
    sandbox.end()
    for problem in problems[:40]:
        print("PROBLEM " + problem)
    log("%d problems" % len(problems))
    return 1 if problems else 0


def shares(total, parts):
    return [total // parts + (1 if index < total % parts else 0) for index in range(parts)]


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    sys.exit(main())
