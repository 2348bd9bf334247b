"""The smallest plugin that people write: one command, one required option, no epilog."""

import argparse
import json

parser = argparse.ArgumentParser(description="My Plugin CLI")
commands = parser.add_subparsers(dest="command", help="Available commands")
mine = commands.add_parser("my-command", help="Execute my command")
mine.add_argument("--param", required=True, help="Required parameter")
mine.add_argument("--optional", default="default", help="Optional parameter")
arguments = parser.parse_args()
print(json.dumps({"status": "success", **vars(arguments)}))
