"""Everything that click's help has a form for."""

import click


@click.group()
@click.version_option("1.0")
def cli():
    """Files and jobs.

    Commands: are below, and this line is none.
    """


@cli.command()
@click.argument("source")
@click.argument("others", nargs=-1)
@click.option("--mode", "-m", type=click.Choice(["fast", "safe"]), default="safe", show_default=True, help="How.")
@click.option("--level", type=click.Choice(["1", "2"]), required=True)
@click.option("--name", required=True, help="Whose it is, in so many words that this help does not fit into one line of the output.")
@click.option("--count", type=int, default=1, show_default=True, required=True, help="How often.")
@click.option("--ratio", type=click.FloatRange(0, 1), help="A share.")
@click.option("--since", type=click.DateTime(), help="From when on.")
@click.option("--file", "path", type=click.Path())
@click.option("--pos", nargs=2, type=float, help="Two numbers.")
@click.option("--tag", multiple=True, help="May be given again.")
@click.option("-v", "--verbose", count=True, help="Say more.")
@click.option("--force", is_flag=True, help="Do it.")
@click.option("--color/--no-color", default=True, help="Use colour.")
@click.option("--shout/--whisper", " /-W", default=False)
@click.option("-q", is_flag=True, help="Say nothing.")
@click.option("--a-name-that-is-too-long-for-its-column", metavar="VALUE", help="Help on the next line.")
@click.option("--under_score", help="With [brackets] and a comma, too.")
@click.option("--secret", hidden=True)
def convert(**arguments):
    """Convert files from one form to another, which may take a while when they are many and large.

    More of it.
    """
    click.echo(arguments)


@cli.command("list-jobs")
@click.argument("state", type=click.Choice(["open", "done"]))
@click.argument("limit", required=False)
def list_jobs(state, limit):
    """List them."""


@cli.command()
@click.argument("files", nargs=-1, required=True)
def silent(files):
    pass


@cli.group()
def remote():
    """Has commands of its own."""


@remote.command()
def add():
    """Add one."""


cli()
