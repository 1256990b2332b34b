"""Small tables that rules join to, made from the code tables: a key and what it tells.

Each becomes a table ``lookup_<name>`` joined on its first column; a key stands once.
"""

from pipelines.standard.codes import code_table

Lookup = tuple[tuple[str, ...], tuple[tuple[str | None, ...], ...]]
"""Column names and rows."""


def lookups() -> dict[str, Lookup]:
    """All lookups by name."""
    return {
        "country": (("key", "country_code_of_text"), _code_by_text("country")),
        "id_type": (("key", "id_type_code_of_text"), _code_by_text("id_type")),
        "degree": (("key", "degree_kind", "degree_discipline"), _degrees()),
        "bachelor": (("key", "bachelor_name", "bachelor_awards"), _bachelors()),
        "class": (("key", "class_name"), _classes()),
        "discipline": (("key", "discipline_awards"), _disciplines()),
        "doctoral": (("key", "doctoral"), _doctoral()),
    }


def _unique(rows: list[tuple[str | None, ...]]) -> tuple[tuple[str | None, ...], ...]:
    first: dict[str | None, tuple[str | None, ...]] = {}
    for row in rows:
        first.setdefault(row[0], row)
    return tuple(first.values())


def _code_by_text(table: str) -> tuple[tuple[str | None, ...], ...]:
    return _unique([(row["name_zh"], row["code"]) for row in code_table(table).rows])


def _degrees() -> tuple[tuple[str | None, ...], ...]:
    rows = code_table("degree_category").rows
    return _unique(
        [(row["code"], row["kind"], row["discipline"][:2]) for row in rows if row["discipline"]]
    )


def _bachelors() -> tuple[tuple[str | None, ...], ...]:
    rows = code_table("bachelor_major_subset").rows
    return _unique(
        [(row["code"][:6], row["name_zh"], row["awards"] or row["category"]) for row in rows]
    )


def _classes() -> tuple[tuple[str | None, ...], ...]:
    return _unique([(row["code"], row["name_zh"]) for row in code_table("bachelor_class").rows])


def _disciplines() -> tuple[tuple[str | None, ...], ...]:
    """Graduate catalogue codes of all editions with every category they may be awarded in."""
    awards: dict[str, set[str]] = {}
    for table in ("discipline_2022", "professional_2022", "discipline_2011_delta"):
        for row in code_table(table).rows:
            given = row.get("awards") or row["category"]
            awards.setdefault(row["code"], set()).update(given.split("|"))
    for row in code_table("shadow_discipline").rows:
        awards.setdefault(row["code"], set()).add(row["category"])
    return tuple((code, "|".join(sorted(given))) for code, given in awards.items())


def _doctoral() -> tuple[tuple[str | None, ...], ...]:
    return _unique([(row["code"], row["doctoral"]) for row in code_table("professional_2022").rows])
