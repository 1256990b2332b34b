"""Whether a signed exception covers an outcome: never what is worse than what the officer saw."""

from collections.abc import Mapping
from typing import Any

from expectations.run import FAILED, MOST_KEYS, Outcome, Part
from pipelines.quality.results import Judged

NUMBERS = ("observed", "low", "high", "excess", "keys", "parts")


def seen_of(outcome: Outcome) -> dict[str, Any]:
    """What of an outcome is signed."""
    lists = {"keys": list(outcome.keys), "parts": list(outcome.wrong_parts)}
    return {name: getattr(outcome, name) for name in NUMBERS if name not in lists} | lists


def outcome_seen(seen: Mapping[str, Any], name: str) -> Outcome:
    """What was signed, as an outcome; of the parts of a group, those that were wrong."""
    told = {number: seen[number] for number in NUMBERS}
    wrong = tuple(Part(part, None, None, None) for part in told["parts"])
    return Outcome(name, FAILED, **told | {"keys": tuple(told["keys"]), "parts": wrong})


def why_untouchable(judged: Judged) -> str | None:
    """Why nobody may excuse this outcome, or None."""
    outcome = judged.outcome
    if outcome.state != FAILED:
        return f"it is {outcome.state}, only what failed can be excused"
    if not judged.expectation.excusable:
        return "nothing may excuse this expectation"
    if outcome.excess is None and not outcome.keys:
        return "its outcome has neither a number nor keys to sign"
    if outcome.excess is None and len(outcome.keys) >= MOST_KEYS:
        return f"not all of what is wrong is listed ({MOST_KEYS} keys at most)"
    return None


def why_uncovered(seen: Outcome, allowed: float, judged: Judged) -> str | None:
    """Why an exception signed on ``seen``, for an excess of ``allowed``, does not cover an outcome.

    It covers what is no worse than what was signed: by the limits of now and by those that the
    officer saw. Where that is no number, exactly the same keys; else keys are not compared, since
    they may tell a number of records each, which moves with every filing. Of a group, no part
    that was not wrong then.
    """
    if why := why_untouchable(judged):
        return why
    is_now = judged.outcome
    if (seen.excess is None) != (is_now.excess is None):
        return "it was signed on an outcome of another kind"
    if is_now.excess is None or seen.excess is None:
        same = set(is_now.keys) == set(seen.keys)
        return None if same else "other keys are wrong than were signed"
    if set(is_now.wrong_parts) - set(seen.wrong_parts):
        return "another part is wrong than was signed"
    most = allowed + 1e-9 * max(1.0, allowed)  # a sum in another order of rows differs by a bit
    if is_now.excess > most or _beyond(is_now.observed, seen) > most:
        return "it is worse than what was signed"
    return None


def _beyond(observed: float | None, seen: Outcome) -> float:
    """How far ``observed`` lies outside the limits that the officer saw."""
    if observed is None:
        return 0.0
    low = observed if seen.low is None else seen.low
    high = observed if seen.high is None else seen.high
    return max(low - observed, observed - high, 0.0)
