"""Text as institutions really send it: what is read, repaired, held or refused, cell by cell.

A chunk of records is screened column by column; only the few suspicious cells are worked on. Every
change is told (rules T01-T06, severity ``repaired``, with before and after): nothing is repaired in
silence. Key fields (Art. 18) are repaired in width and middle dot only, never otherwise.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import polars as pl

from pipelines.filing.characters import (
    BRACKETS,
    DOTS,
    FULL_WIDTH,
    INVISIBLE,
    MOVED,
    SUSPICIOUS,
    WIDE_LETTERS,
    is_mojibake,
    simplified,
)
from pipelines.standard import FIELDS, code_table
from pipelines.standard.fields import IDENTIFIERS, KEY_FIELDS, PERSON_NAMES, Field

CELLS = {
    "row": pl.Int64,
    "field": pl.String,
    "rule_code": pl.String,
    "before": pl.String,
    "after": pl.String,
}
"""A cell that a text rule speaks about; ``row`` is its place in the frame, ``after`` NULL where
nothing was changed."""

BRACKETED = frozenset({"ZYMC", "ZSZYMC", "XWSYDW", "PYDW"})
"""Chinese names that are printed with full-width brackets."""

Repair = Callable[[pl.Expr], pl.Expr]


@dataclass(frozen=True)
class Step:
    """One text rule's repair of a column."""

    rule_code: str
    repair: Repair


def repair(frame: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The frame with its fields repaired, and the cells that text rules speak about (``CELLS``)."""
    told: list[pl.DataFrame] = []
    changed: list[pl.Series] = []
    for field in FIELDS.values():
        if field.code not in frame.columns:
            continue
        column = frame[field.code]
        if column.null_count() == len(column):
            continue
        rows = _suspicious(column, field)
        if len(rows):
            values, cells = _judge(column.gather(rows), rows, field)
            told += cells
            if values is not None:
                changed.append(column.scatter(rows, values))
    about = pl.concat(told) if told else pl.DataFrame(schema=CELLS)
    return (frame.with_columns(changed) if changed else frame), about


def comparable_name(name: pl.Expr) -> pl.Expr:
    """A person's name as the register will have it: width, dot and moved characters settled."""
    for step in _steps(FIELDS["XM"]):
        name = step.repair(name)
    return name


def _suspicious(column: pl.Series, field: Field) -> pl.Series:
    """Rows (UInt32) whose cell may need a text rule.

    This reads every cell of every column, so it must be cheap: values that repeat from record to
    record are judged once each (a third of the time of judging every cell).
    """
    if field.code not in _repeating():
        return _odd(column, field).fill_null(False).arg_true()
    values = column.unique().drop_nulls()
    odd = values.filter(_odd(values, field))
    return column.is_in(odd.implode()).arg_true() if len(odd) else pl.Series(dtype=pl.UInt32)


def _odd(values: pl.Series, field: Field) -> pl.Series:
    text = values.str
    if _is_plain(field):
        outer = text.starts_with(" ") | text.ends_with(" ")
        return outer | (text.len_bytes() != text.len_chars())
    odd = text.contains(SUSPICIOUS)
    if field.code in PERSON_NAMES:
        odd |= text.contains("[.．]")
    if field.code in BRACKETED:
        odd |= text.contains("[()]")
    if field.text_of and field.code_table and field.code not in KEY_FIELDS:
        odd |= (values != "") & ~values.is_in(_texts(field.code_table).implode())
    return odd


def _is_plain(field: Field) -> bool:
    """Whether a field holds ASCII only: codes, dates, numbers, identifiers."""
    return field.type != "text" or field.code in IDENTIFIERS


@cache
def _repeating() -> frozenset[str]:
    """Fields whose values repeat from record to record: judged once a distinct value."""
    coded = {field.code for field in FIELDS.values() if field.type != "text" or field.text_of}
    return frozenset({*coded, *BRACKETED, "XZXM", "ZXXM", "JYBH", "LWZXYZ"})


@cache
def _texts(table: str) -> pl.Series:
    names = {
        row[key]
        for row in code_table(table).rows
        for key in ("name_zh", "short_zh")
        if row.get(key)
    }
    return pl.Series(sorted(names), dtype=pl.String)


def _judge(
    before: pl.Series, rows: pl.Series, field: Field
) -> tuple[pl.Series | None, list[pl.DataFrame]]:
    """Repairs the suspicious cells of a column; the new values (None: all as before)."""
    values, cells = before, []
    for step in _steps(field):
        after = values.to_frame("v").select(step.repair(pl.col("v"))).to_series()
        if (moved := (after != values).fill_null(False)).any():
            cells.append(_cells(rows, field, step.rule_code, values, after, moved))
            values = after
    if not _is_plain(field):
        for rule_code, odd in (
            ("T08", values.str.contains(r"\p{Co}")),
            ("T09", _lost(values, field)),
        ):
            if (odd := odd.fill_null(False)).any():
                cells.append(_cells(rows, field, rule_code, values, None, odd))
    return (None if values is before else values), cells


def _lost(values: pl.Series, field: Field) -> pl.Series:
    """Cells whose characters were lost in transcoding; ``??`` in a key field is R01's to tell."""
    lost = values.str.contains("锟斤拷|烫烫烫|屯屯屯|\ufffd")
    if field.code not in KEY_FIELDS:
        lost |= values.str.contains(r"\?\?")
    distinct = values.unique().drop_nulls()
    mistaken = [value for value in distinct.to_list() if is_mojibake(value)]
    return lost | values.is_in(pl.Series(mistaken, dtype=pl.String).implode())


def _cells(
    rows: pl.Series,
    field: Field,
    rule_code: str,
    before: pl.Series,
    after: pl.Series | None,
    which: pl.Series,
) -> pl.DataFrame:
    kept = rows.filter(which)
    return pl.DataFrame(
        {
            "row": kept.cast(pl.Int64),
            "field": pl.repeat(field.code, len(kept), dtype=pl.String, eager=True),
            "rule_code": pl.repeat(rule_code, len(kept), dtype=pl.String, eager=True),
            "before": _visible(before.filter(which)),
            "after": pl.repeat(None, len(kept), dtype=pl.String, eager=True)
            if after is None
            else _visible(after.filter(which)),
        }
    )


def _visible(values: pl.Series) -> pl.Series:
    """Invisible characters written as ⟨U+200B⟩, so that a reader sees what was there."""
    shown = values.str.replace_many(
        {char: f"⟨U+{ord(char):04X}⟩" for char in (*INVISIBLE, "\u3000")}
    )
    for edge, form in ((r"^ +", "⟨ ⟩"), (r" +$", "⟨ ⟩")):
        shown = shown.str.replace(edge, form)
    return shown


@cache
def _steps(field: Field) -> tuple[Step, ...]:
    """The repairs that a field gets, in order."""
    key = field.code in KEY_FIELDS
    steps = [Step("T04", lambda c: c.str.replace_many(MOVED))]
    if not key and not _is_plain(field):
        steps.append(Step("T05", lambda c: c.str.normalize("NFC")))
    if field.code in PERSON_NAMES:
        steps.append(Step("T02", _settle_dots))
    steps.append(Step("T01", _narrow if _is_plain(field) else _narrow_letters))
    if not key:
        steps.append(Step("T03", _strip))
        if field.text_of and field.code_table:
            steps.append(Step("T06", _as_in_table(field.code_table)))
        elif field.code in BRACKETED:
            steps.append(Step("T06", _full_brackets))
    return tuple(steps)


def _narrow(column: pl.Expr) -> pl.Expr:
    return column.str.replace_many(FULL_WIDTH)


def _narrow_letters(column: pl.Expr) -> pl.Expr:
    return column.str.replace_many(WIDE_LETTERS)


def _settle_dots(column: pl.Expr) -> pl.Expr:
    """The middle dot of names is U+00B7; a full stop is one between Han characters only."""
    dots = column.str.replace_many(dict.fromkeys(DOTS, "·"))
    # twice: the character after one stop is the character before the next
    for _ in range(2):
        dots = dots.str.replace_all(r"(\p{Han})[.．](\p{Han})", "${1}·${2}")
    return dots


def _strip(column: pl.Expr) -> pl.Expr:
    return column.str.replace_many(dict.fromkeys(INVISIBLE, "")).str.strip_chars(" \u3000\t")


def _full_brackets(column: pl.Expr) -> pl.Expr:
    has_han = column.str.contains(r"\p{Han}")
    return pl.when(has_han).then(column.str.replace_many(BRACKETS)).otherwise(column)


def _as_in_table(table: str) -> Repair:
    """The table's own text for a traditional or differently bracketed form of it."""

    def settle(column: pl.Expr) -> pl.Expr:
        return column.map_batches(_settle, return_dtype=pl.String, is_elementwise=True)

    def _settle(values: pl.Series) -> pl.Series:
        known = {_folded(text): text for text in _texts(table).to_list()}
        odd = values.filter(~values.is_in(_texts(table).implode())).unique().drop_nulls().to_list()
        found = {value: known.get(_folded(simplified(value)), value) for value in odd}
        return values.replace(found) if found else values

    return settle


def _folded(text: str) -> str:
    """A text without what its variants differ in: brackets and blanks."""
    return text.translate(str.maketrans("（）", "()")).replace(" ", "")
