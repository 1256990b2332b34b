"""What earlier semesters teach a profile's run: limits, and tables to compare with.

Without a comparable semester nothing is judged by history, and the result says so: never a guess.
"""

import math
from dataclasses import dataclass, field

import duckdb

from expectations.indicators import INDICATORS, Indicator
from expectations.profile import profile_suite
from expectations.profile_view import IN_FORCE, RELATION, profile_query
from pipelines.quality.bands import Widths, far_band, median_noise, ordinary_band, pooled
from pipelines.quality.before import CELL_KEY, comparison_tables, share_bands
from pipelines.quality.comparable import CELL, Counted, History, count_history, days_by_semester
from pipelines.quality.settings import QualitySettings

NO_HISTORY = "登记库中没有可比学期的记录 no comparable semester in the register"
TOO_FEW = "本学期或可比学期人数过少 too few to measure now or before"
ONE_ONLY = "只有一个可比学期 one comparable semester only: what is far is not known yet"
NOTHING = "本学期没有有效学位 no degree in force in this semester"

_PERSON = "hash(id_type_code, id_number)"
FEWEST_DAYS = 5.0
"""Months and days are not compared between fewer sittings."""

_BY_HISTORY = (
    "institution_volume",
    "institution_missing",
    "institution_category_gone",
    "category_gone",
    "province_missing",
    "province_total",
    "province_minority_share",
    "province_women_engineering",
    "province_women_elsewhere",
)
_FAR_BY_HISTORY = (
    "institution_doubled",
    "category_gone_far",
    "province_total_far",
    "province_minority_share_far",
    "province_women_engineering_far",
    "province_women_elsewhere_far",
)


@dataclass
class Learnt:
    """Limits by parameter name, why some expectations or parts are not judged, and statements that
    make the views and tables a run needs, after those of the level."""

    parameters: dict[str, float] = field(default_factory=dict)
    not_judged: dict[str, str] = field(default_factory=dict)
    prepare: tuple[str, ...] = ()


def learn(
    con: duckdb.DuckDBPyConnection, kind: str, semester: str, settings: QualitySettings
) -> Learnt:
    """What is known before ``kind``'s profile of the semester is run.

    ``con`` has the level's views (``record``, ``register``); temporary tables are left on it. Three
    scans of ``register`` for this semester and the comparable ones.
    """
    history = count_history(con, semester, settings.history_semesters)
    suite = profile_suite(kind)
    prepare = (*comparison_tables(con, history, settings), *_views())
    learnt = Learnt(prepare=prepare)
    if semester not in history.indicators:
        learnt.not_judged = {one.id: NOTHING for one in suite.expectations}
        return learnt
    for one in INDICATORS:
        if not one.by_day:
            _learn_indicator(learnt, one, history, settings)
    _learn_days(con, learnt, history, settings)
    _learn_drift(con, learnt, history, settings)
    _learn_persons(con, learnt, history, settings)
    _leave_out(learnt, history)
    ids = {id for one in suite.expectations for id in one.parts or (one.id,)}
    learnt.not_judged = {id: why for id, why in learnt.not_judged.items() if id in ids}
    return learnt


def _learn_indicator(
    learnt: Learnt, one: Indicator, history: History, settings: QualitySettings
) -> None:
    now, earlier = _counted(one, history, settings.bands_fewest)
    if now is None or not earlier:
        why = TOO_FEW if history.before else NO_HISTORY
        learnt.not_judged |= {one.id: why, f"{one.id}_far": why}
        return
    values, sizes = [c.value for c in earlier], [c.size for c in earlier]
    if one.value is None:
        ordinary, far = share_bands(values, sizes, now.size, settings, one.floor)
    else:
        effect = settings.bands_design_effect
        quartiles = max(c.quartiles for c in (now, *earlier))
        noise = median_noise(
            quartiles, now.size / effect, pooled(sizes) / effect, settings.bands_noise
        )
        widths = Widths(settings.bands_spread, settings.floor(one.floor), noise)
        ordinary, far = ordinary_band(values, widths), far_band(values, widths, 2.0, 0.0)
    _set(learnt, one.id, ordinary.low, ordinary.high)
    if len(values) >= 2:
        _set(learnt, f"{one.id}_far", far.low, far.high)
    else:
        learnt.not_judged[f"{one.id}_far"] = ONE_ONLY


def _counted(one: Indicator, history: History, fewest: int) -> tuple[Counted | None, list[Counted]]:
    """This semester's count, None where it rests on too few; those before that do not."""
    found = {
        semester: counted[one.id]
        for semester, counted in history.indicators.items()
        if one.id in counted and counted[one.id].size >= fewest
    }
    return found.get(history.semester), [found[s] for s in history.before if s in found]


def _learn_days(
    con: duckdb.DuckDBPyConnection, learnt: Learnt, history: History, settings: QualitySettings
) -> None:
    """The month profile and the busiest day: the sample are sittings, not people."""
    days = days_by_semester(con)
    now = days.get(history.semester)
    before = [s for s in history.before if s in days and days[s].size >= FEWEST_DAYS]
    names = [one.id for one in INDICATORS if one.by_day]
    busiest = "busiest_day_share"
    if now is None or not before:
        why = TOO_FEW if history.before else NO_HISTORY
        ids = (*names, busiest, f"{busiest}_far")
        learnt.not_judged |= dict.fromkeys(ids, why)
        return
    sizes = [days[s].size for s in before]
    # sittings move together from year to year: nothing more than chance is added
    now_size = max(now.size, min(sizes))
    for name in names:
        values = [history.indicators[s][name].value for s in before]
        ordinary, _ = share_bands(values, sizes, now_size, settings, "month", design_effect=1.0)
        _set(learnt, name, ordinary.low, ordinary.high)
    values = [days[s].value for s in before]
    ordinary, far = share_bands(values, sizes, now_size, settings, "month", design_effect=1.0)
    learnt.parameters[f"{busiest}_high"] = ordinary.high
    if len(before) >= 2:
        learnt.parameters[f"{busiest}_far_high"] = far.high
    else:
        learnt.not_judged[f"{busiest}_far"] = ONE_ONLY


def _learn_drift(
    con: duckdb.DuckDBPyConnection, learnt: Learnt, history: History, settings: QualitySettings
) -> None:
    """Chance alone makes an index of (cells - 1) (1/n + 1/m), chi-square distributed."""
    sizes = dict(
        con.execute(
            f"select filing_semester, sum(degrees)::double from {CELL} where files_now group by all"
        ).fetchall()
    )
    now, before = sizes.get(history.semester), sizes.get(history.last)
    if not now or not before or min(now, before) < settings.bands_fewest:
        why = TOO_FEW if history.before else NO_HISTORY
        learnt.not_judged |= {"drift": why}
        return
    row = con.execute(
        f"select count(distinct {CELL_KEY}) from {CELL}"
        " where files_now and filing_semester in ($now, $last)",
        {"now": history.semester, "last": history.last},
    ).fetchone()
    free = max((row[0] if row else 1) - 1, 1)
    chance = settings.bands_design_effect * (1 / now + 1 / before)
    most = chance * (free + settings.bands_noise * math.sqrt(2 * free))
    learnt.parameters["drift_high"] = max(settings.drift_largest, most)


def _learn_persons(
    con: duckdb.DuckDBPyConnection, learnt: Learnt, history: History, settings: QualitySettings
) -> None:
    """Degrees to each person in the last comparable semester; all institutions of it."""
    if history.last is None:
        learnt.not_judged["degrees_per_person"] = NO_HISTORY
        return
    row = con.execute(
        f"select count(*) / count(distinct {_PERSON}) from register"
        f" where {IN_FORCE} and filing_semester = $last",
        {"last": history.last},
    ).fetchone()
    before = float(row[0]) if row else 1.0
    learnt.parameters["degrees_per_person_high"] = before + settings.floors_degrees_per_person


def _leave_out(learnt: Learnt, history: History) -> None:
    if not history.before:
        learnt.not_judged |= dict.fromkeys((*_BY_HISTORY, *_FAR_BY_HISTORY), NO_HISTORY)
    elif len(history.before) < 2:
        learnt.not_judged |= dict.fromkeys(_FAR_BY_HISTORY, ONE_ONLY)


def _set(learnt: Learnt, name: str, low: float, high: float) -> None:
    learnt.parameters[f"{name}_low"] = low
    learnt.parameters[f"{name}_high"] = high


_COHORT = "institution_code, birth_date, full_name, major_code, degree_level"


def _views() -> tuple[str, ...]:
    """The relation of the suite, and what is found by grouping it: no join of it with itself.

    Grouping is by a hash first, which costs eight bytes a record; only what occurs again is
    grouped by its true key, so a collision costs time, never exactness.
    """
    return (
        f"create or replace temp view {RELATION} as {profile_query('record')}",
        f"""create or replace temp table conferral_day as
        select conferral_date, count(*) as degrees from {RELATION} group by all""",
        f"""create or replace temp table cohort_twice as
        with again as (
            select hash({_COHORT}) from {RELATION} group by all having count(*) > 1
        ),
        repeat as (
            select institution_code, count(*) as degrees from {RELATION}
            where hash({_COHORT}) in (from again) group by {_COHORT} having count(*) > 1
        )
        select institution_code, sum(degrees)::bigint as degrees from repeat group by all""",
        f"""create or replace temp table identity_again as
        with again as (select {_PERSON} from {RELATION} group by all having count(*) > 1),
        document as (
            select
                min(institution_code) as institution_code, count(*) as degrees,
                count(distinct hash(full_name, birth_date)) as people
            from {RELATION} where {_PERSON} in (from again)
            group by id_type_code, id_number having count(*) > 1
        )
        select
            institution_code, sum(degrees - 1)::bigint as surplus,
            sum(degrees) filter (where people > 1)::bigint as shared
        from document group by all""",
        f"""create or replace temp view drift as
        with now as (select {CELL_KEY} as cell, count(*) as degrees from {RELATION} group by all),
        both_ as (
            select
                coalesce(now.degrees, 0) + 0.5 as now,
                coalesce(drift_before.degrees, 0) + 0.5 as before
            from now full join drift_before using (cell)
        )
        select now / sum(now) over () as now, before / sum(before) over () as before from both_""",
    )
