#!/usr/bin/python3
"""Builds an image of a directory that the operator has named in BUILD_IMAGE_CONTEXTS, such as `web=/srv/web:mail=/srv/mail`, by the
daemon at DOCKER_HOST.

Whoever may build at a daemon of root's is root of its machine, so only a socket of somebody else's is taken. The caller chooses a
name and a tag: no path, no option, no argument of the build."""

import json
import os
import re
import shutil
import stat
import subprocess
import sys
import threading

MOST_CHARACTERS = 1200
NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
TAG = re.compile(r"[a-z0-9][a-z0-9._/-]{0,126}(:[A-Za-z0-9_.-]{1,127})?")


class Refused(Exception):
    """Why there is no result, in words for whoever calls, and what is known besides."""

    def __init__(self, words, **known):
        super().__init__(words)
        self.known = known


class Tail:
    """The end of what a program writes, however much that is."""

    def __init__(self, pipe):
        self.octets = b""
        self.thread = threading.Thread(target=self.read, args=[pipe.fileno()], daemon=True)
        self.thread.start()

    def read(self, descriptor):
        while chunk := os.read(descriptor, 65536):
            # A character has at most four octets.
            self.octets = (self.octets + chunk)[-4 * MOST_CHARACTERS:]

    def text(self):
        self.thread.join(0.5)
        return self.octets.decode("utf-8", "replace")[-MOST_CHARACTERS:]


def contexts(setting):
    found = {}
    for entry in filter(None, setting.split(":")):
        name, _, path = entry.partition("=")
        if not NAME.fullmatch(name) or not path.startswith("/"):
            raise Refused("The operator has to name directories in BUILD_IMAGE_CONTEXTS as NAME=/PATH, with : between them.")
        found[name] = path
    if not found:
        raise Refused("The operator has to name directories in BUILD_IMAGE_CONTEXTS.")
    return found


def chosen(name, tag, known):
    """The name of a directory and the tag of its image."""
    if name is None and len(known) == 1:
        name = next(iter(known))
    if not isinstance(name, str) or name not in known:
        raise Refused(f"context must be one of: {', '.join(sorted(known))}.")
    tag = f"{name}:latest" if tag is None else tag
    if not isinstance(tag, str) or not TAG.fullmatch(tag):
        raise Refused(f"tag must be like {name}:1.2, in small letters before the colon.")
    # Else the next build that begins with `FROM debian` begins with what a caller has made.
    if tag.split(":")[0].split("/")[-1] != name:
        raise Refused(f"An image of {name} is called {name}: tag must be like {name}:1.2 or team/{name}:1.2.")
    return name, tag


def check_daemon(address):
    """That it is reached by a socket of this machine's which is not root's."""
    if not address.startswith("unix:///"):
        raise Refused("The operator has to give the socket of a rootless daemon in DOCKER_HOST, as unix:///PATH.")
    try:
        status = os.stat(address.removeprefix("unix://"))
    except OSError:
        status = None
    if status is None or not stat.S_ISSOCK(status.st_mode):
        raise Refused("There is no daemon at DOCKER_HOST. Let the operator look at it.")
    if status.st_uid == 0:
        raise Refused("The daemon at DOCKER_HOST is root's, and so would be every build. The operator has to give a rootless one.")


def build(path, tag, address, seconds):
    search = os.environ.get("PATH", "/usr/local/bin:/usr/bin:/bin")
    program = shutil.which("docker", path=search)
    if not program:
        raise Refused("docker is not installed here.")
    # Its configuration, with credentials perhaps, is nobody's: HOME goes with the call.
    environment = {
        "PATH": search, "HOME": os.environ.get("HOME", "/"), "DOCKER_HOST": address, "LANG": "C.UTF-8", "NO_COLOR": "1",
        "BUILDKIT_PROGRESS": "plain"}
    # In this process's own group, so that the gateway ends it with all that it has started.
    process = subprocess.Popen(
        [program, "build", f"--tag={tag}", path], env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT)
    tail = Tail(process.stdout)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        # On which docker tells the daemon to stop.
        process.terminate()
        try:
            process.wait(2)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        raise Refused(f"The build did not end within {seconds:.0f} seconds and was stopped.", tag=tag, tail=tail.text()) from None
    return {"exit_code": process.returncode, "tag": tag, "tail": tail.text()}


def main():
    call = json.load(sys.stdin)
    seconds = float(call.get("deadline_seconds") or 900)
    arguments = call["arguments"]
    known = contexts(os.environ.get("BUILD_IMAGE_CONTEXTS", ""))
    name, tag = chosen(arguments.get("context"), arguments.get("tag"), known)
    address = os.environ.get("DOCKER_HOST", "")
    check_daemon(address)
    # Before the gateway stops this program, so that it can tell what was said until then.
    return build(known[name], tag, address, seconds - min(5, seconds / 4))


if __name__ == "__main__":
    try:
        print(json.dumps(main()))
    except Refused as refusal:
        print(json.dumps({"error": str(refusal), **refusal.known}))
        sys.exit(1)
    except OSError as failure:
        # Without the path: it is the machine's own.
        print(json.dumps({"error": f"The image cannot be built: {failure.strerror}."}))
        sys.exit(1)
