"""Says its commands twice: by argparse, and by hand at the end."""

import argparse
import json

EPILOG = """
Available commands:
  deploy      Deploy an application
  status      Get deployment status

Examples:
  cli.py deploy --app-name "myapp" --environment "staging"
"""

parser = argparse.ArgumentParser(
    description="Automation of deployments", formatter_class=argparse.RawDescriptionHelpFormatter, epilog=EPILOG)
commands = parser.add_subparsers(dest="command", help="Available commands")
deploy = commands.add_parser("deploy", help="Deploy an application")
deploy.add_argument("--app-name", required=True, help="Name of the application to deploy")
deploy.add_argument("--version", required=True, help="Version to deploy")
deploy.add_argument("--environment", default="production", help="Deployment environment")
status = commands.add_parser("status", help="Get deployment status")
status.add_argument("--app-name", required=True, help="Name of the application")
arguments = parser.parse_args()
print(json.dumps(vars(arguments)))
