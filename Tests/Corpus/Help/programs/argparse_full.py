"""Everything that argparse's help has a form for."""

import argparse
import json

parser = argparse.ArgumentParser(prog="tool", description="Files and jobs.\n\nMore of it: {not,a,list} and --not-an-option.")
parser.add_argument("--version", action="version", version="tool 1.0")
parser.add_argument("--profile", choices=["home", "work"], help="whose settings")
commands = parser.add_subparsers(title="jobs", dest="job", required=True)

convert = commands.add_parser(
    "convert", aliases=["cv"], help="Convert files from one form to another, which may take a while when they are many and large",
    formatter_class=argparse.ArgumentDefaultsHelpFormatter, description="Converts files.")
convert.add_argument("source", help="the file to read")
convert.add_argument("target", nargs="?", help="the file to write")
convert.add_argument("others", nargs="*", metavar="OTHER")
convert.add_argument("-m", "--mode", choices=["fast", "safe"], default="safe", required=True, help="how")
convert.add_argument("--level", type=int, choices=[1, 2, 3])
convert.add_argument("-t", "--tags", nargs="+", required=True, help="one or more tags")
convert.add_argument("--maybe", nargs="?", const="x", help="a value or none")
convert.add_argument("--any", nargs="*", default=[])
convert.add_argument("--box", nargs=4, metavar=("LEFT", "TOP", "RIGHT", "BOTTOM"), type=float, help="four numbers")
convert.add_argument("--pair", nargs=2)
convert.add_argument("-v", "--verbose", action="count", default=0, help="say more")
convert.add_argument("-q", action="store_true", help="say nothing")
convert.add_argument("--force", action="store_true")
convert.add_argument("--no-cache", action="store_false", dest="cache", help="do not keep it")
convert.add_argument("--color", action=argparse.BooleanOptionalAction, default=True, help="use colour")
convert.add_argument("--include", action="append", help="may be given again")
convert.add_argument("--a-name-that-is-too-long-for-its-column", metavar="VALUE", help="help on the next line")
convert.add_argument("--under_score", default="a, b", help="with a comma: 100%% sure [not required]")
one = convert.add_mutually_exclusive_group(required=True)
one.add_argument("--as-text", action="store_true")
one.add_argument("--as-kind", metavar="KIND")
group = convert.add_argument_group("limits", "What may not be passed.")
group.add_argument("--max-bytes", type=int, required=True, help="octets")

listing = commands.add_parser("list-all-of-the-jobs-there-are", help="List them")
listing.add_argument("state", choices=["open", "done"])
commands.add_parser("silent")
nested = commands.add_parser("remote", help="Has commands of its own")
inner = nested.add_subparsers(dest="inner")
inner.add_parser("add", help="Add one")
arguments = parser.parse_args()
print(json.dumps(vars(arguments)))
