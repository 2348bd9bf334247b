#!/usr/bin/python3
"""Begins a Python package in the directory SCAFFOLD_DIR, and touches nothing that is there already.

Every step of a path is one name below an open directory, made anew or opened without following a link, so that neither the name
nor a link that somebody has put there leads outside."""

import json
import keyword
import os
import re
import shutil
import sys

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
# Packages in the directory: a caller that goes astray does not fill the disk.
MOST = 1000


class Refused(Exception):
    """Why nothing was made, in words for whoever calls."""


def contents(name, with_tests):
    """The files of a package by their paths."""
    files = {
        "pyproject.toml": (
            '[build-system]\nrequires = ["setuptools>=61"]\nbuild-backend = "setuptools.build_meta"\n\n'
            f'[project]\nname = "{name}"\nversion = "0.1.0"\nrequires-python = ">=3.9"\n\n'
            '[tool.pytest.ini_options]\npythonpath = ["src"]\ntestpaths = ["tests"]\n'),
        f"src/{name}/__init__.py": (
            f'"""The package {name}."""\n\n\ndef greeting(who):\n    """What is said to somebody."""\n    return f"Hello, {{who}}."\n'),
    }
    if with_tests:
        files[f"tests/test_{name}.py"] = (
            f"from {name} import greeting\n\n\ndef test_the_greeting_names_who_is_greeted():\n"
            '    assert greeting("Ada") == "Hello, Ada."\n')
    return files


def folder_of(directory, steps):
    """A directory below another, made where it is not there. Its descriptor stays open until the program ends."""
    for step in steps:
        try:
            os.mkdir(step, dir_fd=directory)
        except FileExistsError:
            pass
        directory = os.open(step, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=directory)
    return directory


def write(directory, path, text):
    *steps, name = path.split("/")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    with open(os.open(name, flags, 0o666, dir_fd=folder_of(directory, steps)), "w", encoding="utf-8") as file:
        file.write(text)


def scaffold(root, name, with_tests):
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise Refused("name must have 1 to 64 letters, digits and _, and begin with a letter.")
    if keyword.iskeyword(name):
        raise Refused(f"{name} is a word of Python's and cannot be imported. Choose another name.")
    if len(os.listdir(root)) >= MOST:
        raise Refused(f"There are {MOST} packages already. Let somebody remove some.")
    try:
        # Makes it or fails: of two calls for one name only one goes on.
        os.mkdir(name, dir_fd=root)
    except FileExistsError:
        return {"created": False, "reason": f"There is something called {name} already. Choose another name."}
    try:
        directory = folder_of(root, [name])
        for path, text in contents(name, with_tests).items():
            write(directory, path, text)
    except OSError:
        shutil.rmtree(name, ignore_errors=True, dir_fd=root)
        raise
    answer = {"created": True, "package": f"{name}/src/{name}"}
    if with_tests:
        answer["test_file"] = f"{name}/tests/test_{name}.py"
    return answer


def main():
    arguments = json.load(sys.stdin)["arguments"]
    place = os.environ.get("SCAFFOLD_DIR", "")
    if not place.startswith("/"):
        raise Refused("The operator has to say in SCAFFOLD_DIR where packages are made.")
    root = os.open(place, os.O_RDONLY | os.O_DIRECTORY)
    return scaffold(root, arguments.get("name"), arguments.get("with_tests") is not False)


if __name__ == "__main__":
    try:
        print(json.dumps(main()))
    except Refused as refusal:
        print(json.dumps({"error": str(refusal)}))
        sys.exit(1)
    except OSError as failure:
        # Without the path: it is the machine's own.
        print(json.dumps({"error": f"The package cannot be written: {failure.strerror}."}))
        sys.exit(1)
