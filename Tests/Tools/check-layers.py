#!/usr/bin/env python3
"""Checks that the folders of a module use each other downwards only.

    check-layers.py LIST

LIST names the module's folder, then its folders from bottom to top, then the uses that still go upwards (`Lower -> Higher`).
A use that goes upwards and is not named fails, and so does a named one that is gone: the list may only shrink.

The compiler keeps the borders of modules; within one it sees none. A use is the name of a top-level type of another folder; members
in extensions are not seen.
"""
import collections
import os
import re
import sys

DECLARATION = re.compile(
    r"^(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:public|package|internal|final|indirect|nonisolated)\s+)*"
    r"(?:struct|class|enum|actor|protocol|typealias)\s+(\w+)", re.M)
WORD = re.compile(r"\b[A-Z]\w*\b")


def code(path):
    """The file without comments and texts."""
    text = open(path, encoding="utf-8").read()
    text = re.sub(r'"""(.*?)"""', '""', text, flags=re.S)
    text = re.sub(r'"(?:\\.|[^"\\\n])*"', '""', text)
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    return re.sub(r"//.*", "", text)


def read_list(path):
    lines = [line.split("#")[0].strip() for line in open(path, encoding="utf-8")]
    lines = [line for line in lines if line]
    upward = {tuple(part.strip() for part in line.split("->")) for line in lines if "->" in line}
    names = [line for line in lines if "->" not in line]
    return names[0], names[1:], upward


def main(path):
    module, order, allowed = read_list(path)
    sources = collections.defaultdict(dict)
    for folder, _, files in os.walk(module):
        for file in files:
            if file.endswith(".swift"):
                place = os.path.join(folder, file)
                sources[os.path.relpath(folder, module).split(os.sep)[0]][place] = code(place)
    problems = [f"{name} is in {path} and not in {module}" for name in order if name not in sources]
    problems += [f"{name} is in {module} and not in {path}" for name in sources if name not in order]

    homes = collections.defaultdict(set)
    for folder, files in sources.items():
        for text in files.values():
            for name in DECLARATION.findall(text):
                homes[name].add(folder)
    uses = collections.defaultdict(lambda: collections.defaultdict(set))
    for folder, files in sources.items():
        for place, text in files.items():
            for name in set(WORD.findall(text)):
                home = homes.get(name, set())
                if len(home) == 1 and folder not in home:
                    uses[(folder, next(iter(home)))][name].add(place)

    rank = {name: index for index, name in enumerate(order)}
    upward = {pair for pair in uses if pair[0] in rank and pair[1] in rank and rank[pair[0]] < rank[pair[1]]}
    for pair in sorted(upward - allowed):
        shown = ", ".join(f"{name} ({os.path.basename(min(places))})" for name, places in sorted(uses[pair].items()))
        problems.append(f"{pair[0]} lies below {pair[1]} and uses it: {shown}")
    problems += [f"{low} -> {high} is gone: take it out of {path}" for low, high in sorted(allowed - upward)]
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2] or ["Tests/Tools/layers-gateway.txt"]))
