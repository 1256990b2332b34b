"""Code tables with their editions and effective dates (``data/codes``, ``code_tables.csv``)."""

from dataclasses import dataclass
from datetime import date
from functools import cache

from pipelines.standard.data import read_table


@dataclass(frozen=True)
class CodeTable:
    """A code table.

    ``complete`` is false for a working subset: a code outside it may well exist.
    ``certainty`` is ``sure`` or ``unsure``; what is unsure is configuration, never a hard error.
    ``rows`` holds the table as text, one dictionary a row.
    """

    name: str
    title_zh: str
    title_en: str
    source: str
    edition: str
    valid_from: date
    valid_to: date | None
    complete: bool
    certainty: str
    note: str

    @property
    def rows(self) -> tuple[dict[str, str], ...]:
        return _rows(self.name)

    def codes(self, *, allowed_only: bool = True) -> tuple[str, ...]:
        """The codes that a filing may carry, in the table's order, without repeats.

        Rows without a code (texts only), groups and codes marked as not allowed in a filing are
        left out unless ``allowed_only`` is false.
        """
        chosen = (row for row in self.rows if row.get("code"))
        if allowed_only:
            chosen = (row for row in chosen if _may_be_filed(row))
        return tuple(dict.fromkeys(row["code"] for row in chosen))

    def unsure_codes(self) -> tuple[str, ...]:
        """Codes that nobody has confirmed."""
        return tuple(row["code"] for row in self.rows if row.get("certainty") == "unsure")


def _may_be_filed(row: dict[str, str]) -> bool:
    return row.get("allowed_in_filing", "Y") == "Y" and row.get("kind") not in {"group", "honorary"}


@cache
def _rows(name: str) -> tuple[dict[str, str], ...]:
    return tuple(read_table(f"codes/{name}"))


def _load_index() -> dict[str, CodeTable]:
    return {
        row["table"]: CodeTable(
            name=row["table"],
            title_zh=row["title_zh"],
            title_en=row["title_en"],
            source=row["source"],
            edition=row["edition"],
            valid_from=date.fromisoformat(row["valid_from"]),
            valid_to=date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
            complete=row["complete"] == "Y",
            certainty=row["certainty"],
            note=row["note"],
        )
        for row in read_table("code_tables")
    }


INDEX: dict[str, CodeTable] = _load_index()


def code_table(name: str) -> CodeTable:
    """The table of that name; KeyError when there is none."""
    return INDEX[name]


def code_tables() -> tuple[CodeTable, ...]:
    """All tables, in the order of the index."""
    return tuple(INDEX.values())
