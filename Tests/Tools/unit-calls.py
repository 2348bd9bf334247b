#!/usr/bin/env python3
"""unit-calls.py UNIT [DROP-IN...]: prints the system calls for starting a plugin that SystemCallFilter of a unit refuses.

By this machine's systemd, which knows what is in its groups (systemd.exec(5)). A group that it does not know is empty, as it is there.
"""

import re
import subprocess
import sys

# The child makes those of spawn.c before it is the plugin's program, and binds itself by the others.
SANDBOX = {"landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self", "seccomp", "prctl"}


def groups():
    """The groups of system calls, each with what it names."""
    found, current = {}, None
    text = subprocess.run(["systemd-analyze", "syscall-filter"], capture_output=True, text=True, check=True).stdout
    for line in text.splitlines():
        if line.startswith("@"):
            current = found.setdefault(line.strip(), [])
        elif line.startswith("    ") and current is not None and not line.strip().startswith("#"):
            current.append(line.strip())
    return found


def calls(name, known):
    if not name.startswith("@"):
        return {name}
    return set().union(*(calls(part, known) for part in known.get(name, [])))


def allowed(files, known):
    """What the filters of the files come to. The first of them is a list of what is allowed."""
    result = set()
    for file in files:
        for value in re.findall(r"^SystemCallFilter=(.*)$", open(file).read(), re.M):
            named = set().union(*(calls(word, known) for word in value.lstrip("~").split()))
            result = result - named if value.startswith("~") else result | named
    return result


def main():
    source = open("Sources/CLinux/spawn.c").read()
    needed = set(re.findall(r"\bSYS_([a-z0-9_]+)", source)) | SANDBOX
    print(" ".join(sorted(needed - allowed(sys.argv[1:], groups()))))


main()
