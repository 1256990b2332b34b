"""What Dagster stores of an error: our own words, never those of a library."""

import dagster as dg
import pytest

from pipelines.errors import DisagreementError
from pipelines.orchestration.confidential import confidential

SECRET = "李雷雷 110101199001011234"


def failure_of(error: Exception) -> dg.Failure:
    with pytest.raises(dg.Failure) as caught, confidential("landing"):
        raise error
    return caught.value


def test_our_own_error_is_shown_whole() -> None:
    failure = failure_of(DisagreementError("3 lines are missing", "none missing", "look again"))
    assert failure.description is not None
    for words in ("3 lines are missing", "none missing", "look again"):
        assert words in failure.description
    assert failure.metadata["exit_code"].value == 70
    assert failure.allow_retries is False


def test_other_errors_are_named_and_not_quoted() -> None:
    failure = failure_of(ValueError(SECRET))
    assert failure.description is not None
    assert "landing" in failure.description
    assert "ValueError" in failure.description
    assert SECRET not in failure.description
    assert failure.allow_retries is False
    assert failure.__cause__ is None
    assert failure.__suppress_context__


def test_whoever_may_see_it_can_ask_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XUEWEI_DEBUG", "1")
    with pytest.raises(ValueError, match=SECRET), confidential("landing"):
        raise ValueError(SECRET)


def test_nothing_happens_where_nothing_fails() -> None:
    with confidential("landing"):
        pass


def test_dagster_stores_no_value_of_an_error() -> None:
    @dg.asset
    def quoting() -> None:
        with confidential("landing"):
            try:
                raise KeyError(SECRET)
            except KeyError:
                raise ValueError(f"could not cast {SECRET}") from None

    with dg.instance_for_test() as instance:
        done = dg.materialize([quoting], instance=instance, raise_on_error=False)
        assert not done.success
        stored = "".join(
            dg.serialize_value(record.event_log_entry)
            for record in instance.get_records_for_run(done.run_id).records
        )
    assert "ValueError" in stored
    for part in SECRET.split():
        assert part not in stored
        assert part.encode("unicode_escape").decode() not in stored
