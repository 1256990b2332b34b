"""Each expectation is seen in Dagster: one check on its asset, one evaluation a partition."""

from collections import Counter

import dagster as dg

from pipelines.orchestration.partitions import multi_key
from pipelines.orchestration.province import HANDOVER, LANDING, REGISTER, SUMMARY
from pipelines.quality.levels import LEVELS
from pipelines.quality.links import page_url
from pipelines.quality.results import NATIONAL, latest
from pipelines.quality.run import suite_of
from tests.end_to_end.country import SEMESTER
from tests.end_to_end.january import PROVINCES, Story

ASSETS = {
    "landing": LANDING,
    "province_register": REGISTER,
    "province_marts": SUMMARY,
    "handover": HANDOVER,
    "national_register": dg.AssetKey(["national", "core", "degree_record"]),
    "national_marts": dg.AssetKey(["national", "marts", "semester_summary"]),
}


def test_each_expectation_is_one_evaluation_on_its_asset(in_time: Story) -> None:
    expected = Counter(
        (partition, asset.to_user_string(), one.id)
        for level, asset in ASSETS.items()
        for partition in (
            [SEMESTER]
            if LEVELS[level].national
            else [str(multi_key(code, SEMESTER)) for code in PROVINCES]
        )
        for suite in LEVELS[level].suites
        for one in suite_of(suite).expectations
    )
    found = Counter((one.partition, one.asset, one.name) for one in in_time.evaluated)
    assert set(expected.values()) == {1}
    assert {key: found[key] for key in expected} == dict(expected)
    amounts = {"amounts_agree", "national_amounts_agree", "no_province_missing"}
    others = {name for partition, asset, name in found.keys() - expected.keys()}
    assert amounts <= others
    assert not any("suite" in one.told for one in in_time.evaluated if one.name in others)
    assert all(one.passed or one.severity == "WARN" for one in in_time.evaluated)


def test_an_evaluation_says_what_was_kept(in_time: Story) -> None:
    levels = {asset.to_user_string(): level for level, asset in ASSETS.items()}
    judged = [one for one in in_time.evaluated if "suite" in one.told]
    assert len(judged) > 300
    for one in judged:
        level, suite = LEVELS[levels[one.asset]], one.told["suite"]
        assert suite in level.suites
        scope = NATIONAL if level.national else one.partition.split("|")[0]
        result = latest(in_time.home, scope, SEMESTER, suite)
        assert result
        kept = result[one.name]
        outcome = kept.outcome
        seen = tuple(one.told.get(name) for name in ("state", "observed", "at least", "at most"))
        assert seen == (outcome.state, outcome.observed, outcome.low, outcome.high)
        assert (one.told["severity"], one.passed) == (kept.severity, kept.ok)
        assert one.blocking == (kept.severity == "blocks")
        page = page_url(in_time.home, scope, SEMESTER, suite, one.name)
        assert one.told["page"] == page


def test_a_suite_is_run_once(in_time: Story) -> None:
    expected = Counter(
        {
            suite: 1 if level.national else len(PROVINCES)
            for level in LEVELS.values()
            for suite in level.suites
        }
    )
    assert Counter(in_time.suites) == expected
