"""More commands than are taken."""

import argparse

parser = argparse.ArgumentParser(prog="many")
commands = parser.add_subparsers()
for number in range(20):
    commands.add_parser(f"command-{number}", help=f"Number {number}")
parser.parse_args()
