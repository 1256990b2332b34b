"""``xuewei ui``: Dagster's pages on a data home, and the quality pages beside them."""

import errno
import os
import signal
import socket
import subprocess
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
    """打开Dagster页面和质量页面。 Dagster's pages: assets, checks, partitions, sensor, schedule.

    The quality pages are at the next port, read-only.

    \b
    Example:  xuewei ui --home demo --port 3000
    """
    from pipelines.orchestration.instance import prepare

    _check_free(host, port)
    prepare(home.make())
    click.echo(f"约20秒后可打开 ready in about 20 s: http://{host}:{port}")
    click.echo(f"质量页面 quality pages: {_serve_quality(home, host, port + 1)}")
    click.echo("按Ctrl-C停止 stop with Ctrl-C")
    os.chdir(home.dagster)
    # Dagster takes this process's place: whatever stops us stops all that it has started. A shell's
    # background job ignores SIGINT, and Dagster does with SIGTERM what it does with SIGINT.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    arguments = ["dev", "-m", "pipelines.definitions", "--host", host, "--port", str(port)]
    command_line = [sys.executable, "-W", SUPERSEDED, "-m", "dagster", *arguments]
    os.execv(sys.executable, command_line)  # noqa: S606


def _serve_quality(home: Home, host: str, port: int) -> str:
    """Starts the server of the quality pages, a child that ends with this process; its address.

    Dagster's processes inherit the address, so that their checks link to the pages.
    """
    from pipelines.quality.links import BASE
    from pipelines.quality.serve import listen

    home.quality.mkdir(exist_ok=True, mode=0o700)
    try:
        opened = listen(host, port)
    except OSError as error:
        click.echo(f"质量页面只能作为文件打开 no server for the quality pages: {error}", err=True)
        return (home.quality / "index.html").as_uri()
    with opened as listening:
        handle, found = listening.fileno(), listening.getsockname()[1]
        command_line = [sys.executable, "-m", "pipelines.quality.serve"]
        command_line += ["--folder", str(home.quality), "--socket", str(handle)]
        command_line += ["--parent", str(os.getpid())]
        subprocess.Popen(command_line, pass_fds=[handle], stdin=subprocess.DEVNULL)  # noqa: S603
    if found != port:
        click.echo(f"端口{port}已被占用，改用{found} port {port} is in use: {found} instead")
    address = f"http://{host}:{found}/"
    os.environ.setdefault(BASE, address)
    return address


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
