"""Processes that the benchmark starts: pinned to a core, measured, and ended by their id."""

import http.client
import os
import signal
import socket
import ssl
import subprocess
import time


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def fetch(port: int, path: str, secure: bool = False) -> tuple[int, bytes]:
    if secure:
        # Nobody vouches for the benchmark's certificate.
        context = ssl._create_unverified_context()
        connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=10, context=context)
    else:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


class Server:
    """One server under test, or the upstream: a process and its children, all on one core."""

    def __init__(self, name: str, port: int, core: int | str, command: list[str], folder: str, settings: dict[str, str],
                 secure_port: int = 0):
        self.name = name
        self.port = port
        # Where it speaks TLS: another port, or the only one.
        self.secure_port = secure_port
        self.log = os.path.join(folder, f"{name}.log")
        # Nothing that the user has set for the gateway may change what is measured.
        environment = {key: value for key, value in os.environ.items() if not key.startswith("LUMA_")}
        with open(self.log, "ab") as log:
            os.truncate(self.log, 0)
            self.started = time.monotonic()
            # --pdeathsig: ended even if this driver is killed. A session of its own: so that the
            # children (nginx's worker) can be ended with it.
            self.process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "TERM", "taskset", "-c", str(core), *command],
                cwd=folder, env=environment | settings, start_new_session=True,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.first_answer = 0.0

    def wait(self, path: str, seconds: float = 10) -> None:
        """Returns when `path` is answered with 200; notes how long after the start that was."""
        problem = "no connection"
        while time.monotonic() < self.started + seconds and self.process.poll() is None:
            try:
                status, _ = fetch(self.port, path, self.secure_port == self.port)
                if status == 200:
                    self.first_answer = time.monotonic() - self.started
                    return
                problem = f"status {status}"
            except OSError as error:
                problem = str(error)
            time.sleep(0.001)
        code = self.process.poll()
        ended = "" if code is None else f", it ended with {code}"
        raise RuntimeError(f"{self.name} does not answer {path} ({problem}{ended}):\n{self.tail()}")

    @property
    def secure_origin(self) -> str:
        return f"https://127.0.0.1:{self.secure_port}"

    def tail(self) -> str:
        with open(self.log, errors="replace") as log:
            return "".join("    " + line for line in log.readlines()[-10:])

    def ids(self) -> list[int]:
        """The process and its descendants."""
        parents = {}
        for name in os.listdir("/proc"):
            if name.isdigit():
                try:
                    with open(f"/proc/{name}/stat") as stat:
                        parents[int(name)] = int(stat.read().rpartition(")")[2].split()[1])
                except OSError:
                    pass
        family = [self.process.pid]
        for member in family:
            family += [child for child, parent in parents.items() if parent == member]
        return family

    def cpu(self) -> float:
        """Seconds of CPU used so far, to the nanosecond, with threads that have ended."""
        return sum(time.clock_gettime((~member << 3) | 2) for member in self.ids())

    def switches(self) -> int:
        """Context switches so far, of the threads that still run."""
        total = 0
        for member in self.ids():
            for thread in os.listdir(f"/proc/{member}/task"):
                try:
                    with open(f"/proc/{member}/task/{thread}/status") as status:
                        total += sum(int(line.split()[1]) for line in status if "ctxt_switches" in line)
                except OSError:
                    pass
        return total

    def pin(self, core: int) -> None:
        """Moves it, with all its threads, to another core."""
        for member in self.ids():
            for thread in os.listdir(f"/proc/{member}/task"):
                os.sched_setaffinity(int(thread), {core})

    def resident(self) -> float:
        """MiB of resident memory; pages shared between its processes count in each."""
        pages = 0
        for member in self.ids():
            with open(f"/proc/{member}/statm") as statm:
                pages += int(statm.read().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20

    def settle(self, seconds: float = 8) -> None:
        """Waits until it no longer works on requests whose caller has left."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            before = self.cpu()
            time.sleep(0.05)
            if self.cpu() - before < 0.0025:
                return

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                pass
        try:
            os.killpg(self.process.pid, signal.SIGKILL)  # what is left of its session
        except ProcessLookupError:
            pass
        self.process.wait()


def busy(cores: list[int]) -> float:
    """Seconds that these cores have spent on anything, stolen time included."""
    names = {f"cpu{core}" for core in cores}
    ticks = 0
    with open("/proc/stat") as stat:
        for line in stat:
            name, *values = line.split()
            if name in names:
                user, nice, system, _, _, interrupt, soft, steal = map(int, values[:8])
                ticks += user + nice + system + interrupt + soft + steal
    return ticks / os.sysconf("SC_CLK_TCK")
