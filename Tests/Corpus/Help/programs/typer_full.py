"""Everything that typer's help has a form for, in a frame and without one."""

import os
from enum import Enum
from typing import Annotated, List, Optional, Tuple

import typer

app = typer.Typer(
    help="Files and jobs.", no_args_is_help=True,
    rich_markup_mode=None if os.environ.get("PLAIN") else "rich")


class Mode(str, Enum):
    fast = "fast"
    safe = "safe"


@app.command()
def convert(
    source: Annotated[str, typer.Argument(help="The file to read.")],
    level: Annotated[int, typer.Option(help="How far.", min=1, max=3)],
    name: Annotated[str, typer.Option("--name", "-n", help="Whose it is.")],
    target: Annotated[Optional[str], typer.Argument(help="The file to write.")] = None,
    others: Annotated[Optional[List[str]], typer.Argument()] = None,
    mode: Annotated[Mode, typer.Option("--mode", "-m", help="How.")] = Mode.safe,
    ratio: float = 0.5,
    tag: Annotated[Optional[List[str]], typer.Option(help="May be given again.")] = None,
    pos: Annotated[Tuple[int, int], typer.Option(help="Two numbers.")] = (0, 0),
    force: Annotated[bool, typer.Option("--force", help="Do it.")] = False,
    color: Annotated[bool, typer.Option(help="Use colour.")] = True,
    verbose: Annotated[int, typer.Option("--verbose", "-v", count=True)] = 0,
    a_name_that_is_too_long_for_its_column: Annotated[str, typer.Option(metavar="VALUE", help="Help of it.")] = "",
):
    """Convert files from one form to another.

    More of it.
    """
    print(locals())


@app.command("list-jobs", rich_help_panel="Jobs")
def list_jobs(state: Mode, limit: Optional[int] = None):
    """List them."""


@app.command()
def silent():
    pass


inner = typer.Typer(help="Has commands of its own.")
app.add_typer(inner, name="remote")


@inner.command()
def add():
    """Add one."""


app()
