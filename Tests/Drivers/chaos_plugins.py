"""Calls of plugins that fork, flood, hang, ignore SIGTERM, close their pipes, write half a JSON and worse, mixed and at once,
over REST and MCP. Every call must have its one answer, and afterwards nothing of them may be left: no process, no descriptor,
no folder, and every slot is free.

    chaos_plugins.py BINARY FOLDER [--calls 1000] [--clients 24] [--seed N]
"""

import argparse
import collections
import concurrent.futures
import ctypes
import json
import os
import random
import signal
import threading
import time

import wild_plugins
from harness import Gateway, eventually
from tool_callers import REST, Modern, Stream, code_of, text_of

# Of the calls of a plugin that hangs so many are given up by their callers.
LEFT = 0.25
STREAMS = 3
PR_SET_CHILD_SUBREAPER = 36


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary", type=os.path.abspath)
    parser.add_argument("folder", type=os.path.realpath)
    parser.add_argument("--calls", type=int, default=1000)
    parser.add_argument("--clients", type=int, default=24)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    return parser.parse_args()


def children(process):
    """Zombies too. All that a process has adopted are children of its first thread."""
    with open("/proc/%d/task/%d/children" % (process, process)) as file:
        return file.read().split()


def adopted():
    """What this process has adopted and what has not ended."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass
    return children(os.getpid())


class PluginGateway(Gateway):
    def targets(self):
        """What its descriptors stand for."""
        folder = "/proc/%d/fd" % self.process.pid
        for name in os.listdir(folder):
            try:
                yield os.readlink(os.path.join(folder, name))
            except OSError:
                pass

    def count_descriptors(self):
        """Without those of the folders that are kept for the next calls, and of what binds the programs in these: some of each."""
        targets = list(self.targets())
        kept = [target for target in targets if "/call-" in target or "landlock" in target]
        assert len(kept) <= 32, kept
        return len(targets) - len(kept)


class Storm:
    def __init__(self, options):
        self.options = options
        self.plugins = os.path.join(options.folder, "plugins")
        self.meetings = os.path.join(options.folder, "meetings")
        self.data = os.path.join(options.folder, "data")
        # A plugin that others may change is not offered.
        os.chmod(options.folder, 0o755)
        os.mkdir(self.meetings, 0o755)
        os.mkdir(self.data, 0o700)
        wild_plugins.write(self.plugins, self.meetings)
        self.counts = collections.Counter()
        self.lock = threading.Lock()
        self.gateway = self.start()

    def start(self):
        gateway = PluginGateway(
            self.options.binary, self.options.folder, LUMA_PLUGINS_DIR=self.plugins, LUMA_DATA_DIR=self.data)

        def offered():
            tools = json.loads(gateway.get(b"/tools/")[2])["tools"]
            return sum(tool["name"].endswith("__wild") for tool in tools)

        eventually("all plugins are offered", lambda: offered() == len(wild_plugins.WILD), offered, seconds=60)
        return gateway

    def run(self):
        port = self.gateway.port
        # What is opened once and stays.
        for caller in (REST(port), Modern(port)):
            assert text_of(caller.call("well__wild", {"word": "first"})) == "first"
        before = self.pipes()
        streams = [Stream(port) for _ in range(STREAMS)]
        plan = self.plan()
        with concurrent.futures.ThreadPoolExecutor(self.options.clients) as pool:
            for task in [pool.submit(self.call, streams, *call) for call in plan]:
                task.result()
        most = max(stream.close() for stream in streams)
        assert most == 1, "a call had %d answers" % most
        self.show()
        self.nothing_is_left(before)
        self.every_slot_is_free()
        self.nothing_is_left(before)

    def plan(self):
        """All calls: (number, plugin, way, whether the caller goes away)."""
        luck = random.Random(self.options.seed)
        names = list(wild_plugins.WILD)
        weights = [wild_plugins.SLOW.get(name, 1) for name in names]
        ways = [luck.choice(("rest", "modern", "stream")) for _ in range(self.options.calls)]
        chosen = names + luck.choices(names, weights, k=max(self.options.calls - len(names), 0))
        luck.shuffle(chosen)
        return [
            (number, name, way, name in wild_plugins.SLOW and luck.random() < LEFT)
            for number, (name, way) in enumerate(zip(chosen, ways))]

    def call(self, streams, number, name, way, leaves):
        caller = {
            "rest": lambda: REST(self.gateway.port), "modern": lambda: Modern(self.gateway.port),
            "stream": lambda: streams[number % STREAMS]}[way]()
        word = "word-%d" % number
        # More than a pipe holds, to one that does not read.
        given = {"word": word * (20000 if name == "deaf" else 1)}
        if leaves:
            caller.leave(name + "__wild", given, lambda: time.sleep(number % 7 / 10))
            outcome = "left"
        else:
            result = caller.call(name + "__wild", given)
            outcome = code_of(result)
            assert outcome in wild_plugins.WILD[name][1], (name, result)
            assert name != "well" or text_of(result) == word, (word, result)
        with self.lock:
            self.counts[name, outcome or "well"] += 1

    def show(self):
        for name in wild_plugins.WILD:
            print("%-9s %s" % (name, ", ".join(
                "%s %d" % (outcome, count) for (other, outcome), count in sorted(self.counts.items()) if other == name)))
        assert sum(self.counts.values()) == self.options.calls
        # What hangs was ended by its deadline, and not only refused.
        for name in wild_plugins.SLOW:
            assert self.options.calls < 500 or self.counts[name, "timeout"] > 4, name

    def pipes(self):
        """Pipes and process descriptors of the gateway."""
        return sum(target.startswith("pipe:") or "pidfd" in target for target in self.gateway.targets())

    def call_folders(self):
        """Those of calls, but for some empty ones that are kept for the next calls."""
        folders = [os.path.join(path, name) for path, names, _ in os.walk(self.data) for name in names if name.startswith("call-")]
        used = [folder for folder in folders if os.listdir(folder)]
        return used if len(folders) <= 16 else folders

    def nothing_is_left(self, pipes):
        process = self.gateway.process.pid
        eventually(
            "their processes have ended", lambda: not wild_plugins.alive(self.plugins) and not children(process),
            lambda: (wild_plugins.alive(self.plugins), children(process)))
        eventually("their pipes are closed", lambda: self.pipes() <= pipes, self.pipes)
        eventually("their folders are removed", lambda: not self.call_folders(), self.call_folders)
        self.gateway.check("nothing is left", megabytes=64)

    def every_slot_is_free(self):
        """Each plugin can be called as often at once as it may."""
        for name in wild_plugins.WILD:
            meeting = os.path.join(self.meetings, name)
            os.mkdir(meeting, 0o755)
            with concurrent.futures.ThreadPoolExecutor(wild_plugins.AT_ONCE) as pool:
                tasks = [
                    pool.submit(REST(self.gateway.port).call, name + "__meet", {"into": meeting})
                    for _ in range(wild_plugins.AT_ONCE)]
                for task in tasks:
                    assert text_of(task.result()) == "met", (name, task.result())

    def end(self):
        """A gateway that is told to end takes with it what runs at that moment."""
        calls = [Modern(self.gateway.port).send(name + "__wild", {"word": "last"}) for name in ("stubborn", "hang", "grow", "daemon")]
        eventually("some of it runs", lambda: wild_plugins.alive(self.plugins))
        self.gateway.end()
        for connection in calls:
            connection.close()
        left = wild_plugins.alive(self.plugins)
        assert not left, left
        # What it had left behind has been adopted by this process.
        eventually("it has left no process", lambda: not adopted(), adopted)
        folders = [name for name in os.listdir(self.data) if name.startswith("runs-")]
        assert not folders, folders

    def kill(self):
        """One that is killed takes with it all that has not left its plugin's group."""
        self.gateway = self.start()
        calls = [Modern(self.gateway.port).send(name + "__wild", {"word": "last"}) for name in ("stubborn", "hang", "grow")]
        # Of each plugin something, and of two of them more than that.
        eventually("some of it runs", lambda: len(wild_plugins.alive(self.plugins)) > 4)
        self.gateway.process.kill()
        self.gateway.process.wait()
        eventually("nothing of it is left", lambda: not wild_plugins.alive(self.plugins), lambda: wild_plugins.alive(self.plugins))
        for connection in calls:
            connection.close()


def main():
    options = arguments()
    begun = time.monotonic()
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    print("CHAOS_SEED=%d" % options.seed, flush=True)
    storm = Storm(options)
    storm.run()
    storm.end()
    storm.kill()
    print("%d calls and nothing left, %.0f s" % (options.calls, time.monotonic() - begun))


if __name__ == "__main__":
    # A thread that hangs must not keep the driver.
    signal.signal(signal.SIGTERM, lambda *_: os._exit(1))
    main()
