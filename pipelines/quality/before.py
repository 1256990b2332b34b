"""Small tables of what was before, as statements: the run's connection need not count it again.

Each is computed on the learning connection from ``comparable.CELL`` and written out as a literal, a
row an institution, category or province: thousands of rows at most.
"""

from collections.abc import Sequence
from typing import Any

import duckdb

from expectations.comparisons import WOMEN_BY_PROVINCE
from pipelines.quality.bands import Band, Widths, far_band, ordinary_band, pooled, share_noise
from pipelines.quality.comparable import CELL, History
from pipelines.quality.settings import QualitySettings
from pipelines.warehouse import quote

FEWEST_OF_A_CATEGORY = 10
"""A record category with fewer may well have nobody in a semester."""

Rows = list[tuple[Any, ...]]


def comparison_tables(
    con: duckdb.DuckDBPyConnection, history: History, settings: QualitySettings
) -> tuple[str, ...]:
    """Statements that make the tables which ``expectations.comparisons`` names."""
    make = (_institutions, _categories, _institution_categories, _provinces, _province_bands)
    return (*(one(con, history, settings) for one in make), _drift_before(con, history))


def literal_table(name: str, columns: dict[str, str], rows: Rows) -> str:
    """CREATE TEMP TABLE of these rows; ``columns`` gives DuckDB types by name."""
    casts = ", ".join(f"{column}::{type_} as {column}" for column, type_ in columns.items())
    values = ", ".join(f"({', '.join(map(_literal, row))})" for row in rows)
    if not rows:
        values = f"({', '.join('null' for _ in columns)})"
    where = "" if rows else " where false"
    names = ", ".join(columns)
    rows_of = f"(values {values}) as t ({names}){where}"
    return f"create or replace temp table {name} as select {casts} from {rows_of}"


def _literal(value: Any) -> str:
    if value is None:
        return "null"
    return quote(value) if isinstance(value, str) else str(value)


def _ask(con: duckdb.DuckDBPyConnection, query: str, history: History) -> Rows:
    """Rows of a query in which ``$now`` and ``$last`` stand for semesters."""
    named = {"now": history.semester, "last": history.last or ""}
    used = {key: value for key, value in named.items() if f"${key}" in query}
    return con.execute(query, used).fetchall()


def _institutions(
    con: duckdb.DuckDBPyConnection, history: History, settings: QualitySettings
) -> str:
    """``listed``: sizeable enough to be missed; ``double_at``: from here on it has doubled."""
    rows = _ask(
        con,
        f"""
        with volume as (
            select province_code, institution_code, filing_semester, sum(degrees) as degrees
            from {CELL} where filing_semester <> $now group by all
        )
        select
            province_code, institution_code,
            coalesce(max(degrees) filter (where filing_semester = $last), 0)::bigint as before,
            max(degrees)::bigint as most, count(*) as semesters
        from volume group by all having before > 0 order by all
        """,
        history,
    )
    table = [
        (
            province,
            institution,
            before,
            *_volume_band(before, settings.volumes_change, settings),
            before >= settings.volumes_few,
            1.9 * most if semesters >= 2 and most >= settings.volumes_sizeable else None,
        )
        for province, institution, before, most, semesters in rows
    ]
    columns = {
        "province_code": "varchar",
        "institution_code": "varchar",
        "degrees_before": "bigint",
        "low": "double",
        "high": "double",
        "listed": "boolean",
        "double_at": "double",
    }
    return literal_table("institution_before", columns, table)


def _volume_band(before: int, change: float, settings: QualitySettings) -> tuple[float, float]:
    """Ordinary volumes: some change, and what chance does to small numbers."""
    chance = settings.bands_noise * (2 * before) ** 0.5 + 5
    return before * (1 - change) - chance, before * (1 + change) + chance


def _categories(con: duckdb.DuckDBPyConnection, history: History, settings: QualitySettings) -> str:
    """Of the institutions that file now. ``steady``: in each of two or more semesters."""
    rows = _ask(
        con,
        f"""
        with volume as (
            select record_category_code, filing_semester, sum(degrees) as degrees
            from {CELL} where files_now and filing_semester <> $now group by all
        )
        select
            record_category_code,
            max(degrees) filter (where filing_semester = $last)::bigint as before,
            count(*) = {len(history.before)} and count(*) >= 2
                and min(degrees) >= {settings.volumes_few}
        from volume group by all having before >= {FEWEST_OF_A_CATEGORY} order by all
        """,
        history,
    )
    columns = {"record_category_code": "varchar", "degrees_before": "bigint", "steady": "boolean"}
    return literal_table("category_before", columns, rows)


def _institution_categories(
    con: duckdb.DuckDBPyConnection, history: History, settings: QualitySettings
) -> str:
    rows = _ask(
        con,
        f"""
        select institution_code, record_category_code, sum(degrees)::bigint as before
        from {CELL} where files_now and filing_semester = $last
        group by all having before >= {settings.volumes_few} order by all
        """,
        history,
    )
    columns = {
        "institution_code": "varchar",
        "record_category_code": "varchar",
        "degrees_before": "bigint",
    }
    return literal_table("institution_category_before", columns, rows)


def _provinces(con: duckdb.DuckDBPyConnection, history: History, settings: QualitySettings) -> str:
    """Totals of the institutions that file now; of all where none of the province does."""
    rows = _ask(
        con,
        f"""
        select
            province_code,
            coalesce(
                sum(degrees) filter (where files_now and filing_semester = $last),
                sum(degrees) filter (where filing_semester = $last)
            )::bigint as before
        from {CELL} where filing_semester <> $now
        group by all having before >= {settings.volumes_few} order by all
        """,
        history,
    )
    far = len(history.before) >= 2
    table = [
        (
            province,
            before,
            *_volume_band(before, settings.volumes_province_change, settings),
            before / 2 if far and before >= settings.volumes_sizeable else None,
            before * 2 if far and before >= settings.volumes_sizeable else None,
        )
        for province, before in rows
    ]
    columns = {"province_code": "varchar", "degrees_before": "bigint"}
    limits = dict.fromkeys(("low", "high", "far_low", "far_high"), "double")
    return literal_table("province_before", columns | limits, table)


_GROUPS = {
    "minority": ("is_minority is not null", "is_minority"),
    WOMEN_BY_PROVINCE[0][0]: ("discipline_category_code = '08'", "sex_code = '2'"),
    WOMEN_BY_PROVINCE[1][0]: ("discipline_category_code <> '08'", "sex_code = '2'"),
}


def _province_bands(
    con: duckdb.DuckDBPyConnection, history: History, settings: QualitySettings
) -> str:
    table = []
    for group, (among, of) in _GROUPS.items():
        indicator = group if group == "minority" else f"women_{group}"
        found: dict[str, dict[str, tuple[float, float]]] = {}
        for province, semester, size, counted in _ask(
            con,
            f"""
            select
                province_code, filing_semester, sum(degrees)::double as size,
                coalesce(sum(degrees) filter (where {of}), 0)::double
            from {CELL} where files_now and {among}
            group by all having size >= {settings.bands_fewest} order by all
            """,
            history,
        ):
            found.setdefault(province, {})[semester] = (counted / size, size)
        for province, semesters in found.items():
            table += _province_band(indicator, province, semesters, history, settings)
    columns = {"indicator": "varchar", "province_code": "varchar"}
    limits = dict.fromkeys(("low", "high", "far_low", "far_high"), "double")
    return literal_table("province_band", columns | limits, table)


def _province_band(
    indicator: str,
    province: str,
    semesters: dict[str, tuple[float, float]],
    history: History,
    settings: QualitySettings,
) -> Rows:
    earlier = [semesters[one] for one in history.before if one in semesters]
    if history.semester not in semesters or not earlier:
        return []
    values = [value for value, _ in earlier]
    ordinary, far = share_bands(
        values, [size for _, size in earlier], semesters[history.semester][1], settings, "share"
    )
    enough = len(values) >= 2
    limits = (far.low, far.high) if enough else (None, None)
    return [(indicator, province, ordinary.low, ordinary.high, *limits)]


def share_bands(
    values: Sequence[float],
    sizes: Sequence[float],
    now: float,
    settings: QualitySettings,
    floor: str,
    design_effect: float | None = None,
) -> tuple[Band, Band]:
    """Ordinary and far limits of a share whose earlier values rest on so many people."""
    effect = design_effect or settings.bands_design_effect
    middle = sorted(values)[len(values) // 2]
    noise = share_noise(middle, now / effect, pooled(sizes) / effect, settings.bands_noise)
    widths = Widths(settings.bands_spread, settings.floor(floor), noise)
    far = far_band(values, widths, settings.bands_far, settings.floors_far_share)
    return _of_a_share(ordinary_band(values, widths)), _of_a_share(far)


def _of_a_share(band: Band) -> Band:
    return Band(max(band.low, 0.0), min(band.high, 1.0))


CELL_KEY = "concat_ws('|', record_category_code, sex_code, coalesce(study_mode_code, '-'))"


def _drift_before(con: duckdb.DuckDBPyConnection, history: History) -> str:
    rows = _ask(
        con,
        f"select {CELL_KEY} as cell, sum(degrees)::bigint from {CELL}"
        " where files_now and filing_semester = $last group by all order by all",
        history,
    )
    return literal_table("drift_before", {"cell": "varchar", "degrees": "bigint"}, rows)
