"""Words and numbers of the pages: states, severities, units. Chinese first, then English."""

import json
import re
from collections.abc import Mapping
from typing import Any, Protocol

from expectations.run import BROKEN, FAILED, NOT_JUDGED, PASSED, Outcome
from expectations.suite import GROUP, Expected

EXCUSED = "excused"
"""A failed or broken expectation that an officer has signed an exception to."""

STATES: dict[str, tuple[str, str, str]] = {
    PASSED: ("✓", "通过", "passed"),
    FAILED: ("✕", "未通过", "failed"),
    BROKEN: ("!", "无法计算", "broken"),
    EXCUSED: ("◇", "例外", "excused"),
    NOT_JUDGED: ("–", "未判断", "not judged"),
}
"""Sign, Chinese, English: a state is never told by colour alone."""

SEVERITIES = {True: ("阻断", "blocks"), False: ("提示", "warns")}

SUITES = {
    "landing": ("报送", "filing"),
    "province_register": ("登记", "register"),
    "province_profile": ("分布", "profile"),
    "handover": ("上报", "handover"),
    "province_marts": ("汇总", "marts"),
    "national_register": ("登记", "register"),
    "national_profile": ("分布", "profile"),
    "national_marts": ("汇总", "marts"),
    "extract": ("提取", "extract"),
}
"""Short names for narrow columns, in the order in which a semester meets the suites."""

SHARE, PLAIN = "share", "plain"
_MAPS = (
    "expect_column_values_",
    "expect_column_pair_values_",
    "expect_compound_columns_",
    "expect_multicolumn_values_",
    "expect_select_column_values_",
)
_AMONG = re.compile(r"^count\(\*\).* / (greatest|nullif)\(count\(\*\)", re.DOTALL)
_WRONG_AMONG = " / greatest(count(*)"
"""As generated suites count records that break a rule: among many, few wrong ones weigh little."""
_DIGITS = (4, 6, 9, 12)
_LISTED = 12


def unit(one: Expected) -> str:
    """``share`` when observed values are shares (0 to 1), else ``plain``.

    What GX counts row by row is kept as a share of rows; a measure is one when it counts rows among
    rows, which its SQL tells, or says so by its id.
    """
    if one.type == "unexpected_rows_expectation":
        return PLAIN
    if one.type == GROUP:
        # the worst part's value where all have the same limits, else how far out it is
        alike = len({str(limit) for limit in one.kwargs["limits"].values()}) == 1
        return part_unit(one, one.parts[0]) if alike else PLAIN
    among = _AMONG.search(str(one.kwargs.get("measure", "")))
    return SHARE if one.type.startswith(_MAPS) or among or "share" in one.id.split("_") else PLAIN


def part_unit(one: Expected, part: str) -> str:
    """The unit of a measure of a group."""
    shares = _AMONG.search(one.kwargs["measures"][part]) or "share" in part.split("_")
    return SHARE if shares else PLAIN


def counted(one: Expected) -> tuple[str, str] | None:
    """What ``observed`` counts where the title tells what is right and the value what is wrong."""
    measures = one.kwargs.get("measures", {}).values() or (one.kwargs.get("measure", ""),)
    wrong_ones = all(_WRONG_AMONG in str(measure) for measure in measures)
    if one.type == GROUP:
        if unit(one) == PLAIN and len({str(x) for x in one.kwargs["limits"].values()}) > 1:
            return "最远者（1为限值）", "the farthest out; 1 is at its limit"
        return ("最高的不符比例", "largest share not fulfilling it") if wrong_ones else None
    if one.type.startswith(_MAPS) or wrong_ones:
        return "不符的比例", "share not fulfilling it"
    nothing_else = one.kwargs.get("max_value") == 0 and one.kwargs.get("min_value") is None
    if one.type == "unexpected_rows_expectation" or nothing_else:
        return "不符的数量", "number not fulfilling it"
    return ("列数", "columns") if one.type == "expect_table_column_types_to_equal" else None


def number(value: float | None, unit_: str = PLAIN, digits: int = 4) -> str:
    """``1,234,567``, ``0.1234`` or ``12.34 %``; ``—`` for nothing; never an exponent."""
    if value is None:
        return "—"
    if value != value or value in (float("inf"), float("-inf")):
        return str(value)
    if unit_ == SHARE:
        return f"{_plain(value * 100, digits)} %"
    return _plain(value, digits)


class Measured(Protocol):
    """What has an observed value and limits."""

    @property
    def observed(self) -> float | None: ...
    @property
    def low(self) -> float | None: ...
    @property
    def high(self) -> float | None: ...


def numbers(told: Measured, unit_: str) -> tuple[str, str]:
    """(observed, limit) as texts, with as many digits as it takes to tell them apart."""
    for digits in _DIGITS:
        observed = number(told.observed, unit_, digits)
        ends = [(end, number(end, unit_, digits)) for end in (told.low, told.high)]
        if all(text != observed or end == told.observed for end, text in ends):
            break
    return observed, limit(told.low, told.high, unit_, digits)


def limit(low: float | None, high: float | None, unit_: str = PLAIN, digits: int = 4) -> str:
    """``= 3``, ``≤ 1 %``, ``≥ 2``, ``10 % – 12 %`` or ``—``."""
    if low is not None and high is not None:
        if low == high:
            return f"= {number(low, unit_, digits)}"
        return f"{number(low, unit_, digits)} – {number(high, unit_, digits)}"
    if low is not None:
        return f"≥ {number(low, unit_, digits)}"
    if high == 0:
        return "= 0"
    if high is not None:
        return f"≤ {number(high, unit_, digits)}"
    return "—"


def method(one: Expected) -> str:
    """How it is judged: GX's type and its arguments, SQL as it is; long lists are cut."""
    told = {
        key: value if isinstance(value, str) else json.dumps(_short(value), ensure_ascii=False)
        for key, value in one.kwargs.items()
    }
    return "\n".join([one.type, *(f"{key}: {text}" for key, text in told.items())])


def parts(one: Expected, told: Outcome, *, wrong: bool = False) -> list[str]:
    """A line a measure of a group: what it is, its value, its limits. ``wrong``: those outside."""
    lines = []
    for part in told.parts:
        if wrong and part.ok:
            continue
        observed, limits = numbers(part, part_unit(one, part.name))
        sign_ = sign(PASSED if part.ok else FAILED)
        title = " ".join(one.part_titles.get(part.name, (part.name,)))
        lines.append(f"{sign_} {title}: {observed} ({limits})")
    return lines


def sign(state: str) -> str:
    return STATES[state][0]


def _plain(value: float, digits: int) -> str:
    if float(value).is_integer():
        return f"{int(value):,}"
    text = f"{value:,.{digits}g}"
    if "e" in text:
        shown = f"{value:,.0f}" if abs(value) >= 1 else f"{value:.12f}"
        text = shown.rstrip("0").rstrip(".") if "." in shown else shown
    return "< 0.000000000001" if text == "0" else text


def _short(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _short(each) for key, each in value.items()}
    if isinstance(value, list | tuple) and len(value) > _LISTED:
        return [_short(each) for each in value[:_LISTED]] + [f"… ({len(value)})"]
    return value
