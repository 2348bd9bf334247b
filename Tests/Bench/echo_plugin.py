"""The smallest plugin in Python, as other servers start one for each call."""

import argparse
import json

parser = argparse.ArgumentParser(description="Gives a word back")
commands = parser.add_subparsers(dest="command", required=True)
say = commands.add_parser("say", help="Say a word")
say.add_argument("--word", required=True)
print(json.dumps({"said": parser.parse_args().word}))
