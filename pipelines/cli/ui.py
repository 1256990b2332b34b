"""``xuewei ui``: Dagster's pages on a data home."""

import errno
import os
import signal
import socket
import sys

import click

from pipelines.cli.options import home_option
from pipelines.errors import BusyError
from pipelines.home import Home

SUPERSEDED = "ignore:Function `dev_command` is superseded"
"""Dagster recommends a command of a package that we do not need."""


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

    _check_free(host, port)
    prepare(home.make())
    click.echo(f"约20秒后可打开 ready in about 20 s: http://{host}:{port}")
    click.echo("按Ctrl-C停止 stop with Ctrl-C")
    os.chdir(home.dagster)
    # Dagster takes this process's place: whatever stops us stops all that it has started. A shell's
    # background job ignores SIGINT, and Dagster does with SIGTERM what it does with SIGINT.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    arguments = ["dev", "-m", "pipelines.definitions", "--host", host, "--port", str(port)]
    command_line = [sys.executable, "-W", SUPERSEDED, "-m", "dagster", *arguments]
    os.execv(sys.executable, command_line)  # noqa: S606


def _check_free(host: str, port: int) -> None:
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((host, port))
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                return  # a host that Dagster may understand
            raise BusyError(
                f"port {port} of {host} is in use",
                "a free port",
                f"xuewei ui --port {port + 1}",
            ) from None
