#!/usr/bin/python3
"""Clones a public repository into the directory GIT_CLONE_DIR: over https alone, from the hosts of GIT_CLONE_HOSTS alone, at an
address that is looked at before git connects to it, and no larger than GIT_CLONE_MAX_BYTES.

Neither the caller nor the server is believed. git is started without a shell, behind `--`, with no configuration of the machine's,
without hooks, helpers, prompts, submodules and links."""

import fcntl
import hashlib
import ipaddress
import json
import os
import re
import resource
import shutil
import signal
import socket
import stat
import subprocess
import sys
import threading
import time

HOSTS = "github.com,gitlab.com,codeberg.org"
MAX_BYTES = 200 << 20
MAX_FILES = 100_000
MAX_FILE_BYTES = 64 << 20
# Repositories in the directory.
MOST = 200
PARTIAL = ".partial-"
# Of the internet's by their form, and of nobody's there: what older versions of Python do not know.
NOT_PUBLIC = [ipaddress.ip_network(text) for text in ["192.0.0.0/24", "192.88.99.0/24", "2001::/23", "2002::/16", "3fff::/20"]]
NAT64 = ipaddress.ip_network("64:ff9b::/96")
UNICAST = ipaddress.ip_network("2000::/3")

URL = re.compile(r"https://([A-Za-z0-9.-]{1,253})(?::([0-9]{1,5}))?((?:/[A-Za-z0-9_][A-Za-z0-9._-]{0,99}){2,8})/?")

SETTINGS = {
    "protocol.allow": "never", "protocol.https.allow": "always", "http.followRedirects": "false", "http.lowSpeedLimit": "1000",
    "http.lowSpeedTime": "30", "credential.helper": "", "core.hooksPath": "/dev/null", "core.fsmonitor": "false",
    "core.symlinks": "false", "submodule.recurse": "false", "fetch.fsckObjects": "true", "gc.auto": "0", "maintenance.auto": "false",
}
ENVIRONMENT = {
    "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_ATTR_NOSYSTEM": "1", "GIT_ALLOW_PROTOCOL": "https", "GIT_TERMINAL_PROMPT": "0", "GIT_ASKPASS": "/bin/false",
    "GIT_LFS_SKIP_SMUDGE": "1",
}
PROXIES = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]


class Refused(Exception):
    """Why nothing was cloned, in words for whoever calls."""


class Source:
    """Where a repository comes from, once its URL was found to be one that is taken."""

    def __init__(self, url, hosts):
        match = URL.fullmatch(url) if isinstance(url, str) else None
        if not match:
            raise Refused("url must be like https://github.com/OWNER/NAME, without user name, query and fragment.")
        self.host, self.port = match[1].lower(), int(match[2] or 443)
        names = match[3].removesuffix(".git").split("/")[1:]
        place = self.host if self.port == 443 else f"{self.host}:{self.port}"
        known = dict((entry.strip().lower().split("=", 1) + [""])[:2] for entry in hosts.split(","))
        if place not in known:
            raise Refused(f"Only repositories of {', '.join(sorted(known))} are cloned.")
        self.may_be_private = known[place] == "private"
        # Some hosts send an address without the ending elsewhere, and no such answer is followed.
        self.url = f"https://{place}/{'/'.join(names)}.git"
        self.directory = "__".join(names)[:100] + "-" + hashlib.sha256(self.url.encode()).hexdigest()[:8]

    def addresses(self):
        """Where the host is, every address of it looked at: one that is not of the internet's refuses them all."""
        try:
            found = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise Refused(f"{self.host} is not found.") from None
        addresses = sorted({entry[4][0] for entry in found})
        if not self.may_be_private and not all(is_public(ipaddress.ip_address(address)) for address in addresses):
            # Which address it is nobody is told.
            raise Refused(f"{self.host} is at an address that is not allowed.")
        return [f"[{address}]" if ":" in address else address for address in addresses][:8]


def is_public(address):
    if address in NAT64:
        # A network without IPv4 reaches it so (RFC 6052).
        return is_public(ipaddress.ip_address(int(address) & 0xFFFF_FFFF))
    if address.version == 6 and address not in UNICAST or any(address in network for network in NOT_PUBLIC):
        return False
    return address.is_global and not address.is_multicast


def git_command(source, directory):
    """How git is started for a clone: its words and its environment."""
    settings = dict(SETTINGS)
    environment = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "HOME": os.environ.get("HOME", "/"), **ENVIRONMENT}
    proxies = {name: os.environ[name] for name in PROXIES if os.environ.get(name)}
    if proxies and not source.may_be_private:
        # The proxy looks the host up.
        environment.update(proxies)
    else:
        settings["http.curloptResolve"] = f"{source.host}:{source.port}:{','.join(source.addresses())}"
    words = ["git"]
    for name, value in settings.items():
        words += ["-c", f"{name}={value}"]
    # Also for whoever works in it later: a link of the repository's own is a file with the link's text in it.
    words += ["clone", "--quiet", "--depth=1", "--filter=blob:none", "--no-tags", "--single-branch", "--template="]
    return words + ["--config=core.symlinks=false", "--", source.url, directory], environment


def is_larger(directory, most_bytes):
    """Whether what lies in a directory is more than it may be."""
    count = octets = 0
    for folder, folders, files in os.walk(directory):
        for name in folders + files:
            try:
                octets += os.lstat(os.path.join(folder, name)).st_size
            except OSError:
                continue
            count += 1
            if count > MAX_FILES or octets > most_bytes:
                return True
    return False


class Tail:
    """The end of what a program writes, however much that is."""

    def __init__(self, pipe, most=4000):
        self.octets, self.most = b"", most
        self.thread = threading.Thread(target=self.read, args=[pipe.fileno()], daemon=True)
        self.thread.start()

    def read(self, descriptor):
        while chunk := os.read(descriptor, 65536):
            self.octets = (self.octets + chunk)[-self.most:]

    def text(self):
        self.thread.join(0.5)
        return self.octets.decode("utf-8", "replace")


def stop(process):
    """SIGTERM, on which git ends its helpers; SIGKILL when that does not help."""
    process.terminate()
    try:
        process.wait(2)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def fetch(source, directory, most_bytes, end):
    """Lets git clone, and looks at its size and the time meanwhile."""
    words, environment = git_command(source, directory)
    process = subprocess.Popen(
        words, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    said = Tail(process.stderr)
    while True:
        try:
            process.wait(0.5)
            break
        except subprocess.TimeoutExpired:
            pass
        if time.monotonic() > end:
            stop(process)
            raise Refused("The host did not give the repository in time. Try again later, or another one.")
        if is_larger(directory, most_bytes):
            stop(process)
            break
    text = said.text()
    if is_larger(directory, most_bytes) or process.returncode == -signal.SIGXFSZ or "File too large" in text or "signal 25" in text:
        raise Refused(f"The repository is larger than {most_bytes} bytes, or than may be cloned of files.")
    if process.returncode != 0:
        lines = [line for line in text.splitlines() if line.strip()]
        reasons = [line for line in lines if line.startswith("fatal:")] or lines[-1:]
        raise Refused("git could not clone it: " + (reasons[0][:300] if reasons else f"it ended with {process.returncode}"))


def origin(directory):
    """The URL of a clone that is there already; None when it is none of ours."""
    if not all(stat.S_ISDIR(os.lstat(path).st_mode) for path in [directory, f"{directory}/.git"]):
        return None
    words = ["git", "config", "--no-includes", "--file", f"{directory}/.git/config", "--get", "remote.origin.url"]
    environment = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), **ENVIRONMENT}
    return subprocess.run(words, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True).stdout.strip()


def wait_for_turn(end):
    """Until nobody else clones into the working directory; the lock ends with this program."""
    lock = os.open(".lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    while True:
        try:
            return fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > end:
                raise Refused("Another repository is being cloned. Try again later.") from None
            time.sleep(0.1)


def clone(source, most_bytes, end):
    """Clones into the working directory, where nobody else clones meanwhile."""
    if os.path.lexists(source.directory):
        try:
            found = origin(source.directory)
        except OSError:
            found = None
        if found != source.url:
            raise Refused(f"{source.directory} is there and is no clone of {source.url}. Let somebody remove it.")
        return {"path": source.directory, "created": False}
    names = os.listdir(".")
    for name in names:
        # What a call has left that was stopped.
        if name.startswith(PARTIAL):
            shutil.rmtree(name, ignore_errors=True)
    if len(names) >= MOST:
        raise Refused(f"There are {MOST} repositories already. Let somebody remove some.")
    partial = PARTIAL + source.directory
    try:
        fetch(source, partial, most_bytes, end)
        os.rename(partial, source.directory)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return {"path": source.directory, "created": True}


def main():
    call = json.load(sys.stdin)
    seconds = float(call.get("deadline_seconds") or 600)
    # Before the gateway stops this program, so that it can say why and clear up.
    end = time.monotonic() + seconds - min(5, seconds / 4)
    source = Source(call["arguments"].get("url"), os.environ.get("GIT_CLONE_HOSTS") or HOSTS)
    root = os.environ.get("GIT_CLONE_DIR", "")
    if not root.startswith("/"):
        raise Refused("The operator has to say in GIT_CLONE_DIR where repositories are cloned.")
    # Paths in git's words are relative so, and say nothing of the machine.
    os.chdir(root)
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    most = MAX_FILE_BYTES if limit == resource.RLIM_INFINITY else min(limit, MAX_FILE_BYTES)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, limit))
    most_bytes = os.environ.get("GIT_CLONE_MAX_BYTES") or str(MAX_BYTES)
    if not most_bytes.isascii() or not most_bytes.isdigit():
        raise Refused("The operator has to give GIT_CLONE_MAX_BYTES as a number.")
    wait_for_turn(end)
    return clone(source, int(most_bytes), end)


if __name__ == "__main__":
    try:
        print(json.dumps(main()))
    except Refused as refusal:
        print(json.dumps({"error": str(refusal)}))
        sys.exit(1)
    except OSError as failure:
        # Without the path: it is the machine's own.
        print(json.dumps({"error": f"The repository cannot be cloned: {failure.strerror}."}))
        sys.exit(1)
