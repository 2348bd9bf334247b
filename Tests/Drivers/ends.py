"""Ends every command many times and looks at how: ends.py SCENARIO BINARY FOLDER [RUNS] [SEED]

    commands    what ends by itself, RUNS times each (500), several at once
    servers     serve and sandbox, RUNS times each (150), ended by signals at instants that SEED names
    assistants  mcp, RUNS times (150), ended by signals while its input stays open
    cores       one that holds a key or tokens leaves no core, whatever ends it

A run is right when it ends with the code that the documents name, by no signal of a fault, without a core, with nothing on
standard error that is not expected, and leaves no process behind. Ends with 0 when all are, else tells what was wrong.
"""

import atexit
import collections
import concurrent.futures
import glob
import http.client
import json
import os
import random
import re
import resource
import select
import shlex
import signal
import socket
import subprocess
import sys
import threading
import time

# Bounds a run that hangs; no run is judged by its time.
PATIENCE = 60
# What neither waits nor listens is held up by the processor alone.
AT_ONCE = 4
# An assistant's program waits a while for a read that it was asked for before it ends.
WAITING_AT_ONCE = 32


def lines(*messages):
    return b"".join(json.dumps(dict(message, jsonrpc="2.0")).encode() + b"\n" for message in messages)


def call(tool, **arguments):
    return lines({"id": 2, "method": "tools/call", "params": {"name": tool, "arguments": arguments}})


HELLO = lines(
    {
        "id": 1, "method": "initialize",
        "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "ends", "version": "1"}},
    },
    {"method": "notifications/initialized"},
)
READ = HELLO + call("list_events")
WRITE = HELLO + call("create_event", name="Tea", start_at="2027-07-01T19:00:00Z", timezone="UTC")
TABLE = "name,start_at,timezone\nTea,2027-07-01T19:00:00Z,Europe/Berlin\n"
NEW = ["--name", "Tea", "--start", "2027-07-01T19:00:00Z", "--zone", "Europe/Berlin"]


class Faults:
    """What was wrong, each kind with its count."""

    def __init__(self):
        self.lock = threading.Lock()
        self.found = collections.Counter()
        self.ended = collections.Counter()

    def note(self, command, code, expected, errors, silence, group):
        wrong = []
        if code not in expected:
            wrong.append("code %d" % code if code >= 0 else signal.Signals(-code).name)
        if re.fullmatch(silence, errors) is None:
            wrong.append("standard error: %r" % errors[-400:])
        if is_alive(group):
            wrong.append("a process is left")
        with self.lock:
            self.ended[command, code] += 1
            for words in wrong:
                self.found["%s: %s" % (command, words)] += 1

    def finish(self, folder):
        for (command, code), count in sorted(self.ended.items()):
            print("%5d x %s: %d" % (count, command, code))
        cores = glob.glob(os.path.join(folder, "**", "core*"), recursive=True)
        assert not cores, cores
        assert not self.found, "\n".join("%d x %s" % (count, words) for words, count in self.found.items())


def is_alive(group):
    try:
        os.killpg(group, 0)
        return True
    except ProcessLookupError:
        return False


def wait(process):
    """The exit code, negative for a signal."""
    try:
        return process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise AssertionError("%s hangs" % process.args)


def end(process, first, second, luck):
    """Ends it by a signal, and when there is a second one, by that soon after."""
    process.send_signal(first)
    if second:
        time.sleep(luck.uniform(0, 0.05))
        if process.poll() is None:
            process.send_signal(second)


def start(command, folder, environment, **streams):
    # A group of its own: whatever it leaves behind is found by it.
    return subprocess.Popen(command, cwd=folder, env=environment, process_group=0, **streams)


def address(process):
    """Where it serves; nothing when it ended before."""
    while True:
        line = process.stdout.readline()
        found = re.search(rb"http://[^\s/:]*:(\d+)", line)
        if found or not line:
            return int(found.group(1)) if found else None


class Stage:
    """An emulator, and a gateway in front of it, for commands that ask one."""

    def __init__(self, binary, folder):
        self.processes = []
        # Whoever waits for the end of this program's output would wait for theirs.
        atexit.register(self.end)
        base = {"PATH": os.environ["PATH"], "LUMA_LOG_FILE": os.path.join(folder, "log"), "TZ": "UTC"}
        self.luma = self.serve(binary, folder, base, "--rate-limit", "100000000")
        self.slow = self.serve(
            binary, folder, base, "--rate-limit", "100000000", "--fault", "latency=30000,on=calendars/events/list")
        self.environment = dict(
            base, LUMA_PORT="0", LUMA_API_KEY="secret-ends", LUMA_RATE_LIMIT_ADAPTIVE="false",
            LUMA_RATE_LIMIT_GET_REQUESTS="100000000", LUMA_RATE_LIMIT_POST_REQUESTS="100000000",
            LUMA_BASE_URL="http://127.0.0.1:%d" % self.luma)
        gateway = self.launch([binary, "serve"], folder, dict(self.environment, LUMA_DATA_DIR=os.path.join(folder, "data")))
        self.environment["LUMA_GATEWAY_URL"] = "http://127.0.0.1:%d" % gateway
        connection = http.client.HTTPConnection("127.0.0.1", gateway, timeout=PATIENCE)
        body = {"name": "Tea", "start_at": "2027-06-01T19:00:00Z", "timezone": "Europe/Berlin"}
        connection.request("POST", "/events/", json.dumps(body), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        made = json.load(answer)
        assert answer.status == 201, made
        self.event = made["id"]
        connection.close()

    def launch(self, command, folder, environment):
        process = start(
            command, folder, environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.processes.append(process)
        port = address(process)
        assert port, "%s does not serve" % command
        return port

    def serve(self, binary, folder, environment, *options):
        return self.launch([binary, "sandbox", "--port", "0", "--host", "127.0.0.1", *options], folder, environment)

    def end(self):
        for process in self.processes:
            process.kill()
            process.wait()


def page(binary, *words):
    return subprocess.check_output([binary, *words], text=True)


def listed(text, before=""):
    """The commands that the usage of a page names."""
    usage = text.split("\nUsage:\n")[1].split("\n\n")[0]
    return re.findall(r"^  luma-mcp %s\[?([a-z][a-z-]*)" % before, usage, re.M)


def examples(binary, noun, verb):
    """The command lines of the examples on a command's page."""
    text = page(binary, noun, verb, "--help").split("\nExamples:\n")[1].split("\n\n")[0].replace(" \\\n", " ")
    lines = re.findall(r"^  luma-mcp (.*)$", text, re.M)
    assert lines, (noun, verb)
    return [shlex.split(line) for line in lines]


def commands(binary, folder, runs, _):
    stage = Stage(binary, folder)
    table = os.path.join(folder, "table.csv")
    with open(table, "w") as file:
        file.write(TABLE)
    # For each command the ways to call it, which take turns: arguments, code, what standard error may say.
    event = stage.event
    rows = {
        # Without a thread or a socket of their own.
        "texts": [
            (["version"], 0, ""),
            (["help"], 0, ""),
            (["help", "sandbox"], 0, ""),
            (["help", "events"], 0, ""),
            (["man"], 0, ""),
            *((["completion", shell], 0, "") for shell in ("bash", "zsh", "fish")),
        ],
        "doctor": [(["doctor"], 0, ""), (["doctor", "--json"], 0, "")],
        "events list": [(["events", "list"], 0, "luma-mcp: left out: .*\n"), (["events", "list", "--json", "--all"], 0, "")],
        "events get": [(["events", "get", event], 0, ""), (["events", "get", "evt-nowhere"], 66, ".+")],
        "events create": [(["events", "create", "--dry-run"] + NEW, 0, "")],
        "events update": [(["events", "update", event, "--name", "Tea", "--dry-run"], 0, "")],
        "events cancel": [(["events", "cancel", event, "--dry-run"], 0, "")],
        "events export": [(["events", "export", "--format", form], 0, "") for form in ("csv", "ics", "ndjson")],
        "events templates": [(["events", "templates"], 0, "")],
        "events import": [(["events", "import", table, "--dry-run"], 0, ".*Nothing was sent: this is a dry run.\n")],
        "keys": [(["keys", "list"], {0, 78}, ".*"), (["keys", "show", "nowhere"], {1, 78}, ".+")],
        "plugins": [(["plugins", "list"], 78, ".+")],
        "services": [(["forwarders", "check", "nowhere"], 78, ".+"), (["upstreams", "list"], 78, ".+")],
        "wrong": [
            (["nonsense"], 64, ".+"),
            (["serve", "--nonsense"], 64, ".+"),
            (["serve", "--log-file", "/nowhere/log"], 78, ".+"),
            (["events", "list", "--limit", "many"], 64, ".+"),
            (["events", "list", "--server", "http://127.0.0.1:1"], 69, ".+"),
        ],
    }
    verbs = set(listed(page(binary, "help")))
    called = {way[0][0] for name, ways in rows.items() if name != "wrong" for way in ways}
    families = {name.split()[0] for name in rows if " " in name} | verbs - called - {"mcp", "serve", "sandbox"}
    # What has no row here is called by its own examples, all of them in turns: it is done, refused, or about what is not there.
    rows["others"] = others = []
    for noun in sorted(families):
        there = listed(page(binary, "help", noun), noun + " ")
        own = {name.split()[1] for name in rows if name.startswith(noun + " ")}
        assert there and own <= set(there), (noun, there)
        others += [(words, {0, 65, 66}, ".*") for verb in there if verb not in own for words in examples(binary, noun, verb)]
    faults = Faults()

    def run(name, command, environment, code, silence, given=None):
        process = start(
            [binary] + command, folder, environment, stdin=subprocess.PIPE if given else subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        if given:
            process.stdin.write(given)
            process.stdin.close()
        errors = process.stderr.read().decode()
        faults.note(name, wait(process), code if isinstance(code, set) else {code}, errors, "(?s)" + silence, process.pid)

    waiting = dict(stage.environment, LUMA_BASE_URL="http://127.0.0.1:%d" % stage.slow)
    left = "luma-mcp: requests unanswered when the input ended: 1\n"
    with concurrent.futures.ThreadPoolExecutor(WAITING_AT_ONCE) as slow, concurrent.futures.ThreadPoolExecutor(AT_ONCE) as quick:
        tasks = [slow.submit(run, "mcp", ["mcp"], waiting, 0, left, READ) for _ in range(runs)]
        for turn in range(runs):
            for name, ways in rows.items():
                command, code, silence = ways[turn % len(ways)]
                title = " ".join(command[:2]) if ways is others else name
                tasks.append(quick.submit(run, title, command, stage.environment, code, silence))
        for task in tasks:
            task.result()
    faults.finish(folder)


REQUEST = b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"
HALF = b"POST /events/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"


def servers(binary, folder, runs, seed):
    faults = Faults()
    numbers = iter(range(1 << 30))
    folders = threading.local()

    def own_folder():
        # Each thread goes on with the state that its former run has left.
        if not hasattr(folders, "path"):
            folders.path = os.path.join(folder, "thread%d" % next(numbers))
            os.mkdir(folders.path)
        return folders.path

    def run(verb, index):
        random_ = random.Random("%s %s %s" % (seed, verb, index))
        scene = ("starting", "serving", "asked", "asking", "held")[index % 5]
        own = own_folder()
        environment = {"PATH": os.environ["PATH"], "LUMA_LOG_FILE": os.path.join(own, "log")}
        command = [binary, verb, "--port", "0", "--host", "127.0.0.1"]
        if verb == "serve":
            environment.update(LUMA_SANDBOX="true", LUMA_WORKERS="2", LUMA_DATA_DIR=os.path.join(own, "data"))
        first, second = random_.sample([signal.SIGTERM, signal.SIGINT], 2)
        process = start(
            command, own, environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        expected = {0}
        connection = None
        if scene == "starting":
            time.sleep(random_.uniform(0, 0.1))
            # Until the program listens to signals they do what they do to any program.
            if not select.select([process.stdout], [], [], 0)[0]:
                expected.add(-first)
        else:
            port = address(process)
            assert port, "%s does not serve: %s" % (verb, process.stderr.read())
            time.sleep(random_.uniform(0, 0.05))
            if scene != "serving":
                connection = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
                connection.sendall(HALF if scene == "held" else REQUEST)
                if scene == "asked":
                    assert connection.recv(65536)
                    if random_.random() < 0.5:
                        connection.close()
        end(process, first, second if scene == "held" else None, random_)
        if scene == "held":
            # It waits for the rest of the request, until a second signal ends it at once. The request may come to a loop that
            # closes already; then it has ended.
            expected = {0, 128 + first, 128 + second}
        errors = process.stderr.read().decode()
        faults.note("%s %s" % (verb, scene), wait(process), expected, errors, "", process.pid)
        process.stdout.close()
        if connection:
            connection.close()

    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        tasks = [pool.submit(run, verb, index) for index in range(runs) for verb in ("serve", "sandbox")]
        for task in tasks:
            task.result()
    faults.finish(folder)
    held = sum(count for (command, code), count in faults.ended.items() if command.endswith("held") and code > 128)
    assert held >= runs // 5, "of those that were held up only %d were ended by the second signal" % held


def assistants(binary, folder, runs, seed):
    faults = Faults()
    environment = {
        "PATH": os.environ["PATH"], "LUMA_SANDBOX": "true", "LUMA_LOG_FILE": os.path.join(folder, "log"),
        "LUMA_SANDBOX_FAULTS": "latency=600000,on=events/create"}

    def run(index):
        random_ = random.Random("%s mcp %s" % (seed, index))
        scene = ("starting", "asked", "held")[index % 3]
        first, second = random_.sample([signal.SIGTERM, signal.SIGINT], 2)
        process = start(
            [binary, "mcp"], folder, environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        expected = {0}
        if scene == "starting":
            time.sleep(random_.uniform(0, 0.1))
            expected.add(-first)
        else:
            process.stdin.write(HELLO if scene == "asked" else WRITE)
            process.stdin.flush()
            assert process.stdout.readline()
            time.sleep(random_.uniform(0, 0.05))
        end(process, first, second if scene == "held" else None, random_)
        if scene == "held":
            # The write has been sent, or not yet: then it is not begun any more, and nothing holds the end up.
            expected = {0, 128 + first, 128 + second}
        errors = process.stderr.read().decode()
        faults.note("mcp %s" % scene, wait(process), expected, errors, "(?s).*", process.pid)
        process.stdin.close()
        process.stdout.close()

    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        for task in [pool.submit(run, index) for index in range(runs)]:
            task.result()
    faults.finish(folder)


def cores(binary, folder, *_):
    def leaves_core(**settings):
        # Swift's own handler of such signals would look for the cause first.
        environment = {
            "PATH": os.environ["PATH"], "LUMA_PORT": "0", "LUMA_LOG_FILE": os.path.join(folder, "log"),
            "LUMA_DATA_DIR": os.path.join(folder, "data"), "SWIFT_BACKTRACE": "enable=no", **settings}
        process = start(
            [binary, "serve"], folder, environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        assert address(process), "it does not serve"
        process.send_signal(signal.SIGABRT)
        _, status = os.waitpid(process.pid, 0)
        process.returncode = -signal.SIGABRT
        process.stdout.close()
        assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGABRT, status
        files = glob.glob(os.path.join(folder, "core*"))
        for file in files:
            os.remove(file)
        return os.WCOREDUMP(status) or bool(files)

    if not leaves_core(LUMA_SANDBOX="true"):
        print("this machine makes no cores: nothing can be said")
        return
    assert not leaves_core(LUMA_API_KEY="secret-ends", LUMA_BASE_URL="http://127.0.0.1:9"), "a core with the key"
    assert not leaves_core(LUMA_SANDBOX="true", LUMA_AUTH_TOKENS="a:read:0123456789abcdefghijklmnop"), "a core with tokens"
    assert leaves_core(LUMA_SANDBOX="true", LUMA_AUTH_TOKENS="a:read:0123456789abcdefghijklmnop", LUMA_DEBUG="true")
    print("no core with a key or a token")


if __name__ == "__main__":
    sys.stdout.reconfigure(line_buffering=True)
    hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
    resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
    scenario, binary, folder, *more = sys.argv[1:]
    runs = int(more[0]) if more else {"commands": 500, "servers": 150, "assistants": 150, "cores": 1}[scenario]
    globals()[scenario](os.path.abspath(binary), os.path.abspath(folder), runs, more[1] if len(more) > 1 else "20")
