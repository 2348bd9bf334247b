"""Completes words that outsiders have chosen, in real shells on real terminals, and looks at what became of them.

    shells.py SCRIPTS SHELL...

SCRIPTS is a folder with the completions by the name of their shell. A program of the name `luma-mcp` stands in for ours: it lists what
it is told to, and writes down the words that it is called with. The events and files have names that a shell could run or
split; each must come out as the one word that it is, and nothing else may happen.
"""

import fcntl
import os
import pty
import select
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time

PATIENCE = 30
TRAPS = ["$(touch PWNED)", "`touch PWNED`", "a;touch PWNED", "a|touch PWNED", "a&touch PWNED", "<(touch PWNED)", "${PWNED:=x}"]
ODD = ["a b  c", "it's", 'say "so"', "a:b:c", "a\\b", "a\\$(touch PWNED)", "*", "?", "[a-z]", "~", "~root", "#a", "!!", "{a,b}", "=ls", "a=b", "100%", "%n %F{red}",
       "$HOME", "(a)", "^a^b", "Ö ☕"]
WORDS = TRAPS + ODD
# A list has one value a line; only a file's name may have such a thing in it.
NAMES = [word for word in WORDS if word not in ("~", "#a", "~root")] + ["a\nb", "a\n$(touch PWNED)", "a\tb"]

STAND_IN = """#!/bin/sh
if [ "$1" = completion ]; then
    [ "$2" = list ] && cat "$LISTED"
    exit 0
fi
for word; do printf '%s\\0' "$word"; done > "$CALLED.new"
mv "$CALLED.new" "$CALLED"
"""

SHELLS = {
    "bash": (["bash", "--norc", "--noprofile", "-i"], "PS1='READY> '; bind 'set enable-bracketed-paste off'; source {script}"),
    "zsh": (["zsh", "-f", "-i"],
            "PROMPT='READY> '; PS2=; unsetopt zle_bracketed_paste; autoload -U compinit; compinit -D -u; source {script}"),
    "fish": (["fish", "--no-config", "-i", "--features", "no-query-term"],
             "function fish_prompt; printf 'READY> '; end; function fish_greeting; end; source {script}"),
}


class Terminal:
    """A shell on a terminal of its own."""

    def __init__(self, shell, script, folder, environment):
        command, setting = SHELLS[shell]
        self.process, self.descriptor = pty.fork()
        if self.process == 0:
            os.chdir(folder)
            os.execvpe(command[0], command, environment)
        fcntl.ioctl(self.descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 500, 0, 0))
        self.heard = b""
        # The prompt is told apart from the line that sets it.
        self.type(setting.format(script=script) + "; printf '%s%s\\n' THE- START\n")
        self.wait(b"THE-START")

    def type(self, text):
        os.write(self.descriptor, text.encode())

    def listen(self, seconds):
        """Takes what is there, so that the shell never waits for its screen."""
        readable, _, _ = select.select([self.descriptor], [], [], seconds)
        if readable:
            try:
                self.heard += os.read(self.descriptor, 1 << 16)
            except OSError:
                raise AssertionError("the shell has ended: %r" % self.heard[-500:])

    def wait(self, words):
        end = time.monotonic() + PATIENCE
        while words not in self.heard:
            assert time.monotonic() < end, "no %r: %r" % (words, self.heard[-800:])
            self.listen(0.1)
        self.heard = b""

    def end(self):
        os.kill(self.process, signal.SIGKILL)
        os.close(self.descriptor)
        os.waitpid(self.process, 0)


def called(terminal, path, what):
    """The words of the next call of the program."""
    end = time.monotonic() + PATIENCE
    while not os.path.exists(path):
        assert time.monotonic() < end, "%s: it was not called: %r" % (what, terminal.heard[-800:])
        terminal.listen(0.05)
    with open(path, "rb") as file:
        words = file.read().decode().split("\0")[:-1]
    os.remove(path)
    return words


def complete(shell, scripts, folder):
    beside = os.path.join(folder, "beside")
    os.makedirs(os.path.join(beside, "bin"))
    program = os.path.join(beside, "bin", "luma-mcp")
    with open(program, "w") as file:
        file.write(STAND_IN)
    os.chmod(program, 0o755)
    listed, call = os.path.join(beside, "listed"), os.path.join(beside, "called")
    here = os.path.join(folder, "here")
    os.mkdir(here)
    environment = {
        "PATH": os.path.join(beside, "bin") + ":/usr/bin:/bin", "HOME": beside, "TERM": "xterm", "LISTED": listed, "CALLED": call,
        "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8",
    }
    terminal = Terminal(shell, os.path.join(scripts, shell), here, environment)
    try:
        for line, place in (("luma-mcp events get ", -1), ("luma-mcp events create --template ", -1)):
            for word in WORDS:
                with open(listed, "w") as file:
                    file.write("%s\tMon 2030-05-01 %s $(touch PWNED) `touch PWNED`: %%F\n" % (word, word))
                terminal.type(line + "\t\n")
                words = called(terminal, call, "%s, %r" % (shell, word))
                got = words[place].removeprefix("--template=")
                # fish would make a home of it, whoever offers it, so there it is not offered.
                meant = line.split()[place] if shell == "fish" and word.startswith("~") else word
                assert got == meant, "%s makes %r of %r" % (shell, words, word)
                assert not os.listdir(here), "%s: %r has made %r" % (shell, word, os.listdir(here))
        # Several at once are shown, and only shown.
        with open(listed, "w") as file:
            file.writelines("evt-%d%s\t%s\n" % (number, word, word) for number, word in enumerate(WORDS))
        terminal.type("luma-mcp events get evt-\t\t\x15luma-mcp version\n")
        assert called(terminal, call, shell) == ["version"] and not os.listdir(here)
        # fish itself takes what follows a tab for a description, in the name of a file, too.
        for name in NAMES if shell != "fish" else [name for name in NAMES if "\t" not in name]:
            path = os.path.join(here, name)
            open(path, "w").close()
            terminal.type("luma-mcp events import \t\n")
            words = called(terminal, call, "%s, the file %r" % (shell, name))
            assert words == ["events", "import", name], "%s makes %r of the file %r" % (shell, words, name)
            os.remove(path)
            assert not os.listdir(here), "%s: the file %r has made %r" % (shell, name, os.listdir(here))
    finally:
        terminal.end()


def main(scripts, *shells):
    for shell in shells:
        if shutil.which(shell) is None:
            print("%s is not here" % shell)
            continue
        folder = tempfile.mkdtemp(prefix="luma-mcp-shells-")
        try:
            complete(shell, scripts, folder)
        finally:
            shutil.rmtree(folder)
        print("%s: %d events and %d files, none of which it ran or split" % (shell, len(WORDS), len(NAMES)))


main(*sys.argv[1:])
