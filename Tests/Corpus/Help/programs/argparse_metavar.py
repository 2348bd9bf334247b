"""Names its commands by a word, so that the help has no list in braces."""

import argparse

parser = argparse.ArgumentParser(prog="tool")
parser.add_argument("--quiet", action="store_true")
commands = parser.add_subparsers(metavar="COMMAND", title="commands", description="What it can do")
commands.add_parser("build", aliases=["b"], help="Build it")
commands.add_parser("a-very-long-name-of-a-command", help="Its help begins on the next line")
commands.add_parser("hidden-help")
parser.parse_args()
