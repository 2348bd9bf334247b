#!/usr/bin/env python3
"""Checks that the folders of a module use each other downwards only.

    check-layers.py LIST

LIST names the module's folder, then its folders from bottom to top, then the uses that still go upwards (`Lower -> Higher`).
A use that goes upwards and is not named fails, and so does a named one that is gone: the list may only shrink.

The compiler keeps the borders of modules; within one it sees none. A use is the name of a type, also of one within another type
(`Outer.Inner`, or `Inner` within `Outer`), and of a static member where its type is said (`Outer.member`). It stands in code or in
an interpolation of a text. A name that several folders declare goes upwards when all of them lie above. What is private to a file
is nobody else's. Members of values (`value.member`) are not seen: without types nobody knows whose they are.
"""
import collections
import os
import re
import sys

TOKEN = re.compile(
    r"(?P<modifiers>(?:\b(?:public|package|internal|private|fileprivate|final|indirect|nonisolated)\b\s+)*)"
    r"(?:\b(?P<type>struct|class|enum|actor|protocol|extension|typealias)\s+(?P<name>[A-Z]\w*(?:\.[A-Z]\w*)*)"
    r"|\bstatic\s+(?:func|let|var)\s+`?(?P<member>\w+))"
    r"|(?P<open>\{)|(?P<close>\})"
    r"|(?<![\w.])(?P<use>[A-Z]\w*(?:\.[A-Z]\w*)*)(?:\.(?P<static>[a-z]\w*))?")


def code(text):
    """The file without comments and texts; what is interpolated into a text is code."""
    parts, index = [], 0

    def quoted(start):
        """Skips the text whose opening, with its number signs, is at `start`; keeps what is interpolated."""
        nonlocal index
        signs = re.compile("#*").match(text, start).group()
        index = start + len(signs)
        quote = '"""' if text.startswith('"""', index) else '"'
        index += len(quote)
        parts.append('"" ')
        while index < len(text):
            if text.startswith("\\" + signs, index):
                index += 1 + len(signs)
                if text.startswith("(", index):
                    index += 1
                    plain(within=True)
                    parts.append(" ")
                else:
                    index += 1
            elif text.startswith(quote + signs, index):
                index += len(quote + signs)
                return
            elif quote == '"' and text[index] == "\n":
                return
            else:
                index += 1

    def plain(within=False):
        """Keeps code to its end, or to the parenthesis that ends an interpolation."""
        nonlocal index
        depth = 0
        while index < len(text):
            if text.startswith("//", index):
                end = text.find("\n", index)
                index = len(text) if end < 0 else end
            elif text.startswith("/*", index):
                level, index = 1, index + 2
                while level and index < len(text):
                    step = {"/*": 1, "*/": -1}.get(text[index:index + 2], 0)
                    level += step
                    index += 2 if step else 1
            elif re.compile('#*"').match(text, index):
                quoted(index)
            else:
                character = text[index]
                index += 1
                if within and character == ")" and depth == 0:
                    return
                depth += {"(": 1, ")": -1}.get(character, 0)
                parts.append(character)

    plain()
    return "".join(parts)


def paths(text):
    """The declarations and uses of a file: what each is, the names around it, and its own."""
    around, pending = [], None
    for match in TOKEN.finditer(text):
        context = [name for names in around for name in names]
        is_private = "private" in (match["modifiers"] or "")
        if match["open"]:
            around.append(pending or [])
            pending = None
        elif match["close"]:
            if around:
                around.pop()
            pending = None
        elif match["name"]:
            names = match["name"].split(".")
            if match["type"] == "extension":
                yield "use", [], names
            else:
                yield "private" if is_private and not context else "declaration", context, names
            if match["type"] != "typealias":
                pending = names
        elif match["member"]:
            if context:
                yield "declaration", context, [match["member"]]
        else:
            yield "use", context, match["use"].split(".") + ([match["static"]] if match["static"] else [])


def keys(names):
    """The names of a path as they are looked for: its first one, and each one after the one before it."""
    return [(names[0],)] + list(zip(names, names[1:]))


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
                text = code(open(place, encoding="utf-8").read())
                sources[os.path.relpath(folder, module).split(os.sep)[0]][place] = list(paths(text))
    problems = [f"{name} is in {path} and not in {module}" for name in order if name not in sources]
    problems += [f"{name} is in {module} and not in {path}" for name in sources if name not in order]

    homes, own = collections.defaultdict(set), collections.defaultdict(set)
    for folder, files in sources.items():
        for place, found in files.items():
            for kind, context, names in found:
                if kind == "private":
                    own[place].add(names[0])
                elif kind == "declaration":
                    homes[tuple((context + names)[-2:])].add(folder)

    rank = {name: index for index, name in enumerate(order)}
    uses = collections.defaultdict(lambda: collections.defaultdict(set))

    def look(folder, place, context, names):
        if names[0] in own[place]:
            return
        wanted = keys(names)
        # The innermost type that has the name within it is meant.
        around = next((outer for outer in reversed(context) if (outer, names[0]) in homes), None)
        if around:
            wanted[0] = (around, names[0])
        for key in wanted:
            declaring = homes.get(key, ())
            if not declaring or not all(rank.get(home, -1) > rank.get(folder, len(rank)) for home in declaring):
                continue
            # A member of a type of another module may be that module's.
            if len(key) == 2 and key[1][0].islower() and (key[0],) not in homes:
                continue
            home = min(declaring, key=rank.get)
            uses[(folder, home)][".".join(key)].add(place)

    for folder, files in sources.items():
        for place, found in files.items():
            for kind, context, names in found:
                if kind == "use":
                    look(folder, place, context, names)

    upward = set(uses)
    for pair in sorted(upward - allowed):
        shown = ", ".join(f"{name} ({os.path.basename(min(places))})" for name, places in sorted(uses[pair].items()))
        problems.append(f"{pair[0]} lies below {pair[1]} and uses it: {shown}")
    problems += [f"{low} -> {high} is gone: take it out of {path}" for low, high in sorted(allowed - upward)]
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2] or ["Tests/Tools/layers-gateway.txt"]))
