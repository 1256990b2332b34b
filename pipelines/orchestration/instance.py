"""Dagster's instance in the data home: run queue, no telemetry, no pop-up.

A run that was killed with its whole machine stays "started" and would keep its province's place in
the queue for ever: after ``max_runtime_seconds`` the daemon gives it up.
"""

import os

import dagster as dg

from pipelines.home import Home

DAGSTER_YAML = """\
# written by xuewei; telemetry is off, one run a province at a time
telemetry:
  enabled: false
nux:
  enabled: false
run_monitoring:
  enabled: true
  max_runtime_seconds: 21600
concurrency:
  runs:
    max_concurrent_runs: 2
    tag_concurrency_limits:
      - key: dagster/partition/province
        value:
          applyLimitPerUniqueValue: true
        limit: 1
      - key: xuewei/scope
        value: national
        limit: 1
"""


def prepare(home: Home) -> None:
    """Writes the instance's configuration and points this process at it."""
    home.dagster.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = home.dagster / "dagster.yaml"
    if not path.exists() or path.read_text(encoding="utf-8") != DAGSTER_YAML:
        path.write_text(DAGSTER_YAML, encoding="utf-8")
    os.environ["DAGSTER_HOME"] = str(home.dagster)
    os.environ["DAGSTER_DISABLE_TELEMETRY"] = "1"
    os.environ["XUEWEI_HOME"] = str(home.root)


def instance(home: Home) -> dg.DagsterInstance:
    """The data home's instance: what ran headless is seen in the pages too."""
    prepare(home)
    return dg.DagsterInstance.get()
