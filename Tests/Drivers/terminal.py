"""Runs a program on a terminal of its own and prints, as JSON, what it showed there and how it ended.

    terminal.py COLUMNS WAIT REPLY PROGRAM ARGUMENT...

When the text WAIT has been shown, REPLY is typed; ^C in it is the interrupt key. Empty texts mean neither.
"""

import fcntl
import json
import os
import pty
import select
import struct
import sys
import termios
import time

LONGEST = 30


def main():
    columns, wait, reply, *command = sys.argv[1:]
    child, terminal = pty.fork()
    if child == 0:
        # The size is there before the program asks for it.
        fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 24, int(columns), 0, 0))
        os.execv(command[0], command)
    shown = b""
    has_replied = False
    end = time.monotonic() + LONGEST
    while time.monotonic() < end:
        if not select.select([terminal], [], [], 0.1)[0]:
            continue
        try:
            chunk = os.read(terminal, 65536)
        except OSError:
            break
        if not chunk:
            break
        shown += chunk
        if wait and not has_replied and wait.encode() in shown:
            has_replied = True
            os.write(terminal, reply.replace("^C", "\x03").encode())
    _, status = os.waitpid(child, 0)
    text = shown.decode("utf-8", "replace").replace("\r\n", "\n")
    print(json.dumps({"code": os.waitstatus_to_exitcode(status), "text": text}))


main()
