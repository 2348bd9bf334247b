"""No commands at all."""

import argparse

parser = argparse.ArgumentParser(prog="none", description="Does one thing.")
parser.add_argument("mode", choices=["fast", "safe"])
parser.add_argument("--name")
parser.parse_args()
