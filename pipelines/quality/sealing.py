"""Hands over past the gates: the register's before anything is written, the handover's own before
it gets its name."""

from dataclasses import dataclass
from datetime import datetime

from pipelines.errors import GateClosedError
from pipelines.home import Home
from pipelines.quality.gate import Gate, gate, gate_of, judged_gate, require_open
from pipelines.quality.levels import NothingToJudgeError, handover_in
from pipelines.quality.run import judge
from pipelines.register.decisions import Handover
from pipelines.register.handover import HandedOver, hand_over


@dataclass
class Sealing:
    """A handover with its gate: what a closed one stopped is not sealed."""

    gate: Gate | None = None
    sealed: HandedOver | None = None


def seal(home: Home, province: str, semester: str, *, now: datetime) -> Sealing:
    """Hands over what is new.

    GateClosedError when the register's gate is closed; a closed gate of the handover is in the
    answer, with nothing sealed.
    """
    try:
        require_open(gate(home, "province_register", province, semester))
    except NothingToJudgeError:
        return Sealing()  # nothing registered: nothing to hand over
    done = Sealing()

    def inspect(handover: Handover) -> None:
        subject = handover_in(home, handover)
        results = judge(home, "handover", province, semester, now=now, subject=subject)
        done.gate = gate_of(home, "handover", province, semester, results)
        require_open(done.gate)

    try:
        done.sealed = hand_over(home, province, semester, now=now, inspect=inspect)
    except GateClosedError:
        return done
    if done.gate is None:
        done.gate = judged_gate(home, "handover", province, semester, now=now)
    return done
