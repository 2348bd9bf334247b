"""Holds the live server to its own OpenAPI document: the document is valid, its examples fit its schemas, and no answer
contradicts it.

    openapi.py BINARY FOLDER [--seconds 35] [--examples 30]
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import urllib.request

from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

HERE = os.path.dirname(os.path.abspath(__file__))


class Program:
    """The sandbox or the gateway, ended with the block."""

    def __init__(self, command, folder, **settings):
        environment = {"PATH": os.environ["PATH"], **settings}
        self.process = subprocess.Popen(
            command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True,
        )
        line = self.process.stdout.readline()
        self.url = re.search(r"http://[^/\s]+", line).group(0)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(20)


def check_examples(document):
    """Every example fits the schema that stands beside it."""
    count = 0

    def look(node):
        nonlocal count
        if isinstance(node, list):
            for item in node:
                look(item)
        if not isinstance(node, dict):
            return
        if "schema" in node:
            examples = [each["value"] for each in node.get("examples", {}).values()]
            if "example" in node:
                examples.append(node["example"])
            # The references in it are to the shared schemas.
            validator = Draft202012Validator({**node["schema"], "components": document["components"]})
            for example in examples:
                count += 1
                problems = [error.message for error in validator.iter_errors(example)]
                assert not problems, (example, problems)
        for item in node.values():
            look(item)

    look({"paths": document["paths"], "components": document["components"]})
    assert count > 50, count
    return count


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary", type=os.path.abspath)
    parser.add_argument("folder", type=os.path.abspath)
    parser.add_argument("--seconds", type=int, default=35)
    parser.add_argument("--examples", type=int, default=30)
    options = parser.parse_args()
    # What a gateway of another version has left there may be unusable.
    shutil.rmtree(os.path.join(options.folder, "data"), ignore_errors=True)
    os.makedirs(options.folder, exist_ok=True)
    with Program([options.binary, "sandbox", "--port", "0", "--rate-limit", "1000000", "--seed", "7"], options.folder) as sandbox:
        budget = {"LUMA_RATE_LIMIT_GET_REQUESTS": "1000000", "LUMA_RATE_LIMIT_POST_REQUESTS": "1000000"}
        settings = {"LUMA_PORT": "0", "LUMA_BASE_URL": sandbox.url, "LUMA_API_KEY": "any", "LUMA_LOG_FILE": "log"}
        settings["LUMA_DATA_DIR"] = os.path.join(options.folder, "data")
        with Program([options.binary, "serve"], options.folder, **settings, **budget) as gateway:
            with urllib.request.urlopen(gateway.url + "/openapi.json") as answer:
                document = json.load(answer)
            OpenAPIV31SpecValidator(document).validate()
            print("valid OpenAPI %s, %d examples fit" % (document["openapi"], check_examples(document)), flush=True)
            assert document["servers"] == [{"url": gateway.url}], document["servers"]
            command = [os.path.join(os.path.dirname(sys.executable), "schemathesis")]
            command += ["--config-file", os.path.join(HERE, "schemathesis.toml"), "run", gateway.url + "/openapi.json"]
            # A DELETE with dry_run=true deletes nothing. One worker, since CPython 3.11's parser is not safe for two.
            command += ["--checks", "all", "--exclude-checks", "use_after_free", "--workers", "1", "--no-color"]
            command += ["--max-examples", str(options.examples), "--max-time", str(options.seconds)]
            command += ["--seed", "7", "--continue-on-failure", "--request-timeout", "10"]
            return subprocess.run(command, cwd=options.folder, timeout=options.seconds + 60).returncode


if __name__ == "__main__":
    sys.exit(main())
