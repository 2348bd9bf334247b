"""Asks for more than Luma grants, for a while in real time, and tells what became of it: goodput.py BINARY FOLDER [SECONDS]

The emulator stands for Luma: 200 requests in a minute that begins with the first, a block of a minute for one more. Two
scripts with a dozen connections each ask again as soon as they are answered, and keep to every Retry-After. At least 99 %
of what the emulator would grant must be used, and it must never have to refuse.
"""

import http.client
import json
import os
import re
import subprocess
import sys
import threading
import time

from harness import Gateway

LIMIT = 200
WINDOW = 60


def sandbox(binary):
    process = subprocess.Popen(
        [binary, "sandbox", "--port", "0", "--host", "127.0.0.1", "--rate-limit", str(LIMIT)],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    return process, re.search(r"http://([^\s/]+)", process.stdout.readline()).group(1)


def state(address):
    connection = http.client.HTTPConnection(address, timeout=10)
    connection.request("GET", "/_sandbox/state")
    return json.load(connection.getresponse())


def script(port, end, tally, lock):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=90)
    while time.monotonic() < end:
        left = end - time.monotonic()
        connection.request("GET", "/events/?limit=1", headers={
            "Cache-Control": "no-cache", "X-Request-Timeout": "%.3f" % max(left, 0.001)})
        answer = connection.getresponse()
        answer.read()
        with lock:
            tally[answer.status] = tally.get(answer.status, 0) + 1
        if answer.status == 429:
            time.sleep(min(int(answer.headers["Retry-After"]), max(0.0, end - time.monotonic())))


def main():
    binary, folder = os.path.abspath(sys.argv[1]), sys.argv[2]
    seconds = float(sys.argv[3]) if len(sys.argv) > 3 else WINDOW
    luma, address = sandbox(binary)
    try:
        start = time.monotonic()
        gateway = Gateway(
            binary, folder, LUMA_BASE_URL="http://" + address, LUMA_API_KEY="goodput", LUMA_DATA_DIR=os.path.join(folder, "data"))
        tally, lock = {}, threading.Lock()
        threads = [threading.Thread(target=script, args=(gateway.port, start + seconds, tally, lock)) for _ in range(24)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        told = state(address)
        gateway.end()
    finally:
        luma.terminate()
        luma.wait(10)
    granted = sum(told["requests"].values()) - told["rate_limited"]
    could = LIMIT * -(-int(seconds) // WINDOW)
    print("answers: %s; Luma granted %d of %d (%.1f %%) and refused %d" % (
        dict(sorted(tally.items())), granted, could, 100 * granted / could, told["rate_limited"]))
    assert told["rate_limited"] == 0
    assert granted >= 0.99 * could


main()
