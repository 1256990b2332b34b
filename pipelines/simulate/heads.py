"""Presidents and committee chairs with their terms of three years, as the register knows them.

A third of the institutions change one head within any semester. A change falls on the first of
January or July, when no committee sits, so that all resolutions of a filing fall within one term.
Terms are the institution's own and depend on no plan: a later simulation only adds rows.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from pipelines.simulate.institutions import Institution
from pipelines.simulate.names import han_names
from pipelines.simulate.officers import Officer
from pipelines.simulate.plan import stream

FIRST_YEAR = 2010
SEMESTERS_A_TERM = 6
MOST_TERMS = 14
ROLES = ("president", "chair")


@dataclass(frozen=True)
class Term:
    """A head's term; both days included."""

    name: str
    first: date
    last: date


@dataclass(frozen=True)
class Heads:
    """An institution's presidents and chairs, in order of time, without gaps."""

    president: tuple[Term, ...]
    chair: tuple[Term, ...]

    def at(self, role: str, day: date) -> Term:
        """The term that holds on that day."""
        terms: tuple[Term, ...] = getattr(self, role)
        return next(term for term in terms if term.first <= day <= term.last)

    def before(self, role: str, day: date) -> Term:
        """The term before the one that holds on that day."""
        start = self.at(role, day).first
        return self.at(role, start - timedelta(days=1))


@cache
def heads_of(seed: int, institution: Institution) -> Heads:
    """The heads of an institution from 2010 on."""
    numbers = stream(seed, "heads", institution.code)
    phase = int(numbers.integers(0, SEMESTERS_A_TERM))
    names = [
        name
        for name in dict.fromkeys(han_names(numbers, 2 * MOST_TERMS + 20))
        if name not in (institution.president, institution.chair)
    ]
    half = SEMESTERS_A_TERM // 2
    return Heads(
        _terms(phase, institution.president, names[:MOST_TERMS]),
        _terms((phase + half) % SEMESTERS_A_TERM, institution.chair, names[MOST_TERMS:]),
    )


def _terms(phase: int, first: str, names: list[str]) -> tuple[Term, ...]:
    """Terms that begin in every sixth half-year; the first one is ``first``'s and long past."""
    starts = [
        _half_year(phase - SEMESTERS_A_TERM + k * SEMESTERS_A_TERM) for k in range(MOST_TERMS + 1)
    ]
    holders = [first, *names]
    return tuple(
        Term(name, start, end - timedelta(days=1))
        for name, start, end in zip(holders, starts, starts[1:], strict=False)
    )


def _half_year(number: int) -> date:
    return date(FIRST_YEAR + number // 2, 1 + 6 * (number % 2), 1)


def head_officers(seed: int, institutions: list[Institution], until: date) -> list[Officer]:
    """Rows of the register of officers: heads whose term has begun by ``until``."""
    return [
        Officer(
            f"{one.code}-{role}-{number}",
            term.name,
            one.code,
            role,
            "",
            term.first.isoformat(),
            term.last.isoformat(),
        )
        for one in institutions
        if one.files
        for role in ROLES
        for number, term in enumerate(getattr(heads_of(seed, one), role), start=1)
        if term.first <= until
    ]
