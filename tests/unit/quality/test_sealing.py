"""Nothing is handed over past a gate that is closed, unjudged, or cannot be asked."""

from types import SimpleNamespace

import pytest

from pipelines.errors import GateClosedError, MissingInputError
from pipelines.home import Home
from pipelines.quality import gate, sealing
from pipelines.register import build
from tests.unit.register.samples import NOW, SEMESTER, Filing, land


@pytest.fixture
def registered(home: Home) -> Home:
    land(home, "11", "b-1", Filing(1, records=3))
    build.register_province(home, "11")
    return home


def test_nothing_registered_is_nothing_to_hand_over(home: Home) -> None:
    assert sealing.seal(home, "11", SEMESTER, now=NOW) == sealing.Sealing()


def test_what_nobody_has_judged_is_not_handed_over(registered: Home) -> None:
    with pytest.raises(GateClosedError, match="was not run"):
        sealing.seal(registered, "11", SEMESTER, now=NOW)
    assert not registered.handover("11", SEMESTER).exists()


def test_a_gate_that_lacks_what_it_needs_is_not_passed(
    registered: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is missing, it is not that there is nothing to judge."""

    def missing(*_: object) -> str:
        raise MissingInputError("officers.csv is missing")

    monkeypatch.setattr(gate, "state_of", missing)
    monkeypatch.setattr(gate, "latest", lambda *_: SimpleNamespace(subject=""))
    with pytest.raises(MissingInputError, match=r"officers\.csv"):
        sealing.seal(registered, "11", SEMESTER, now=NOW)
    monkeypatch.setattr(gate, "judge", lambda *_, **__: missing())
    with pytest.raises(MissingInputError, match=r"officers\.csv"):
        gate.judged_gate(registered, "province_register", "11", SEMESTER, now=NOW)
    assert not registered.handover("11", SEMESTER).exists()
