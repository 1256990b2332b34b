"""``xuewei ui``: Dagster's pages on a data home."""

import os
import subprocess
import sys

import click

from pipelines.cli.options import home_option
from pipelines.home import Home


@click.command(name="ui")
@home_option
@click.option("--port", default=3000, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True)
def command(home: Home, port: int, host: str) -> None:
    """打开Dagster页面。 Dagster's pages: assets, checks, partitions, sensor, schedule.

    \b
    Example:  xuewei ui --home demo --port 3000
    """
    from pipelines.orchestration.instance import prepare

    prepare(home.make())
    click.echo(f"http://{host}:{port}   (stop with Ctrl-C)")
    arguments = ["dev", "-m", "pipelines.definitions", "--host", host, "--port", str(port)]
    command_line = [sys.executable, "-m", "dagster", *arguments]
    code = subprocess.call(command_line, cwd=home.dagster, env=dict(os.environ))  # noqa: S603
    raise SystemExit(code)
