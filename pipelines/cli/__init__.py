"""The ``xuewei`` command, one module a command group; thin over the rooms.

Errors for people are shown here without a traceback, with their exit code.
"""

import importlib
import os
import sys

import click

from pipelines.errors import XueweiError

# each command's module is imported when the command is called: Dagster, dbt and Great
# Expectations take seconds to import, and `xuewei --help` needs none of them
COMMANDS = {
    "demo": "pipelines.cli.demo",
    "simulate": "pipelines.cli.simulate",
    "score": "pipelines.cli.score",
    "filing": "pipelines.cli.filing",
    "exception": "pipelines.cli.exception",
    "run": "pipelines.cli.run",
    "summary": "pipelines.cli.summary",
    "triage": "pipelines.cli.triage",
    "quality": "pipelines.cli.quality",
    "standard": "pipelines.cli.standard",
    "ui": "pipelines.cli.ui",
}


class LazyGroup(click.Group):
    """A group whose commands live in modules that are imported on use."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(
        self,
        ctx: click.Context,  # noqa: ARG002
        cmd_name: str,
    ) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command = importlib.import_module(COMMANDS[cmd_name]).command
        if not isinstance(command, click.Command):
            raise TypeError(f"{COMMANDS[cmd_name]} has no command")
        return command


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="xuewei")
def xuewei() -> None:
    """学位授予信息：从报送到备案。 Degree-granting records, from the filing to the register."""


def quiet_telemetry() -> None:
    """Nothing of ours, or of what we use, reports to anybody."""
    os.environ.setdefault("DAGSTER_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("DBT_SEND_ANONYMOUS_USAGE_STATS", "false")
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    os.environ.setdefault("DO_NOT_TRACK", "1")


def main() -> None:
    """Entry point of the command line."""
    quiet_telemetry()
    try:
        xuewei(standalone_mode=False)
    except XueweiError as error:
        click.echo(f"xuewei: {error}", err=True)
        sys.exit(error.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(64)
    except click.Abort:
        click.echo("xuewei: stopped", err=True)
        sys.exit(130)
