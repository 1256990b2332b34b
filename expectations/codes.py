"""Code tables as parameters of suites: a suite names the table, a run gives its edition's codes."""

from pipelines.standard import code_tables

PREFIX = "codes_"


def code_parameters() -> dict[str, list[str]]:
    """``codes_<table>`` -> the codes that a filing may carry, for each table that has codes."""
    given = {f"{PREFIX}{table.name}": list(table.codes()) for table in code_tables()}
    return {name: codes for name, codes in given.items() if codes}
