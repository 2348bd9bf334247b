"""Kills the gateway after a burst, starts it again and asks for more than is left: burst.py BINARY FOLDER

The emulator stands for Luma, a quarter of a second away: 100 requests in a minute, a block of a minute for one more. Three
lives, the first two ended by SIGKILL, the second in the middle of its burst. It must never have to refuse, and what the
second life could not use, the third one can.
"""

import atexit
import collections
import http.client
import json
import os
import re
import subprocess
import sys
import threading
import time

LIMIT = 100


def start(binary, folder, arguments, **settings):
    process = subprocess.Popen(
        [binary] + arguments, cwd=folder, env=dict({"PATH": os.environ["PATH"]}, **settings),
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    atexit.register(process.kill)
    return process, re.search(r"http://([^\s/]+)", process.stdout.readline()).group(1)


def ask(address, method, path, body=None, **fields):
    connection = http.client.HTTPConnection(address, timeout=20)
    try:
        data = json.dumps(body) if body is not None else None
        fields = {name.replace("_", "-"): value for name, value in fields.items()}
        connection.request(method, path, data, fields)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def burst(address, count):
    """Begins it; the answers are complete when the threads are."""
    seen = collections.Counter()

    def one(number):
        try:
            status = ask(address, "GET", "/events/evt-%d" % number, X_Request_Timeout="3")[0]
        except (OSError, http.client.HTTPException) as error:
            status = type(error).__name__
        seen[status] += 1

    threads = [threading.Thread(target=one, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    return threads, seen


def main(binary, folder):
    luma, address = start(binary, folder, ["sandbox", "--port", "0", "--host", "127.0.0.1", "--rate-limit", str(LIMIT)])
    assert ask(address, "PUT", "/_sandbox/faults", {"rules": ["latency=250"]}, Content_Type="application/json")[0] == 200

    def told():
        state = json.loads(ask(address, "GET", "/_sandbox/state")[1])
        return sum(state["requests"].values()), state["rate_limited"]

    for count, seconds in ((50, None), (30, 0.7), (70, None)):
        gateway, port = start(
            binary, folder, ["serve"], LUMA_PORT="0", LUMA_HOST="127.0.0.1", LUMA_WORKERS="2", LUMA_API_KEY="burst",
            LUMA_CACHE_SECONDS="0", LUMA_BASE_URL="http://" + address, LUMA_DATA_DIR=os.path.join(folder, "data"),
            LUMA_LOG_FILE=os.path.join(folder, "log"))
        threads, seen = burst(port, count)
        if seconds is None:
            for thread in threads:
                thread.join()
            # Idle for a moment: what was spent is known by now.
            time.sleep(0.5)
        else:
            time.sleep(seconds)
        gateway.kill()
        gateway.wait()
        for thread in threads:
            thread.join()
        print(dict(seen), "Luma counts %d, refused %d" % told())
        assert told()[1] == 0, "Luma had to refuse"
    assert told()[0] >= LIMIT - 10, "what was left was not used"


main(os.path.abspath(sys.argv[1]), sys.argv[2])
