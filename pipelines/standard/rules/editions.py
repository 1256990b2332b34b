"""Editions of the graduate catalogue: which codes and names held when (2011/2018 and 2022)."""

from pipelines.standard.codes import code_table

_STILL_ADMITTED = "still admitted transitionally"


def withdrawn() -> frozenset[str]:
    """First-level codes that the edition of 2022 no longer has, and that nobody enters any more."""
    now = {
        row["code"]
        for table in ("discipline_2022", "professional_2022")
        for row in code_table(table).rows
    }
    before = code_table("discipline_2011_delta").rows
    return frozenset(
        row["code"]
        for row in before
        if row["code"] not in now and _STILL_ADMITTED not in row["fate_in_2022"]
    )


def academic_codes() -> frozenset[str]:
    """Codes of first-level disciplines of both editions."""
    now = {row["code"] for row in code_table("discipline_2022").rows}
    before = {
        r["code"] for r in code_table("discipline_2011_delta").rows if r["kind"] == "academic"
    }
    return frozenset(now | before)


def discipline_names() -> frozenset[str]:
    """``code|name`` of first-level disciplines of both editions, each alternative name apart.

    A name that only one edition has is accepted for either: intakes overlap, and a student may be
    moved to the newer name.
    """
    rows = [
        *code_table("discipline_2022").rows,
        *(row for row in code_table("discipline_2011_delta").rows if row["kind"] == "academic"),
    ]
    return frozenset(f"{row['code']}|{name}" for row in rows for name in row["name_zh"].split("/"))
