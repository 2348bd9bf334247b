"""Plugins that do what nobody should, one file each, and what may come of a call of each."""

import json
import os

# Seconds that a process sleeps that should have been ended: longer than any test, and by it they are told from those of another run.
FOREVER = "%d" % (1000000 + os.getpid())
# Calls of one plugin at once.
AT_ONCE = 4

# What each does when it is called, and the codes of errors that this may have; None is success. Who has a second for a call may
# have to wait longer than that for its turn.
WILD = {
    # Brings its word back, which must be that of this call.
    "well": ('echo "${2#--word=}"', {None}),
    "fork": ("for one in 1 2 3 4 5 6; do sleep %s & done; echo done" % FOREVER, {None}),
    "grow": ('grow() { if [ "$1" -gt 0 ]; then grow $(($1 - 1)) & grow $(($1 - 1)) & fi; sleep %s; }; grow 2 & echo done' % FOREVER, {None}),
    "daemon": (
        "trap '' TERM; setsid sh -c 'setsid sleep %s & setsid env -i sleep %s & sleep %s' </dev/null >/dev/null 2>&1 & echo done"
        % (FOREVER, FOREVER, FOREVER), {None}),
    "flood": ("exec yes", {"output_too_large"}),
    "complain": ("head -c 3000000 /dev/zero >&2; echo done", {None}),
    "hang": ("exec sleep %s" % FOREVER, {"timeout", "busy"}),
    "stubborn": ("trap '' TERM; sleep %s & while :; do sleep %s; done" % (FOREVER, FOREVER), {"timeout", "busy"}),
    "close": ("exec <&- >&- 2>&-; sleep 0.05", {None}),
    "half": ("""printf '{"result": {"a"'""", {"invalid_output"}),
    "die": ("kill -SEGV $$", {"plugin_error"}),
    "binary": ("head -c 5000 /dev/urandom", {None, "plugin_error"}),
    "deaf": ("echo done", {None}),
    "fill": ("mkdir -p a/b/c/d/e && for one in 1 2 3; do echo x >a/b/$one; done; ln -s / a/root; chmod 0 a; echo done", {None}),
}
# Those that last for seconds are called less often than the others.
SLOW = {"hang": 0.5, "stubborn": 0.4}

SCRIPT = """#!/bin/sh
if [ "$1" = --describe ]; then
    cat <<'END'
%s
END
elif [ "$1" = meet ]; then
    # Ends once as many run as may do so at once.
    touch "${2#--into=}/$$"
    until [ "$(ls "${2#--into=}" | wc -l)" -ge %d ]; do sleep 0.02; done
    echo met
else
    %s
fi
"""


def describe(name):
    wild = {"name": "wild", "output": "json" if name == "half" else "text", "parameters": [{"name": "word", "required": True}]}
    if name == "deaf":
        wild["args"] = "stdin-json"
    return json.dumps({"contract_version": "1.1", "commands": [wild, {"name": "meet", "parameters": [{"name": "into"}]}]})


def write(folder, meeting):
    """Puts the plugins into a folder, and beside them what they may do."""
    os.mkdir(folder, 0o755)
    for name, (script, _) in WILD.items():
        path = os.path.join(folder, name + ".sh")
        with open(path, "w") as file:
            file.write(SCRIPT % (describe(name), AT_ONCE, script))
        os.chmod(path, 0o755)
    grants = {
        name: {
            "scope": "read", "concurrency": AT_ONCE, "queue": 256, "timeout_seconds": 300, "output_bytes": 1 << 16,
            "paths": [{"path": meeting, "write": True}],
            "commands": {"wild": {"timeout_seconds": 1 if name in SLOW else 300}}}
        for name in WILD}
    path = os.path.join(folder, "plugins.json")
    with open(path, "w") as file:
        json.dump({"format": 1, "plugins": grants}, file)
    os.chmod(path, 0o600)


def alive(folder):
    """Processes that come from the plugins of a folder, whoever is their parent by now: (number, command line)."""
    found = []
    for number in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/cmdline" % number, "rb") as file:
                words = file.read().split(b"\0")
            with open("/proc/%s/environ" % number, "rb") as file:
                environment = file.read()
        except OSError:
            continue
        if b"LUMA_PLUGIN_DIR=" + folder.encode() in environment or FOREVER.encode() in words:
            found.append((number, b" ".join(words)))
    return found
