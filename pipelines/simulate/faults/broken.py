"""Lines whose bytes cannot be read as a record (L01-L05): CSV only."""

from pipelines.simulate.faults.kind import (
    ANY,
    FaultKind,
)

CSV = frozenset({"csv"})


def broken_faults() -> list[FaultKind]:
    names = {
        "column_extra": "L01",
        "column_missing": "L01",
        "half_character": "L02",
        "invalid_byte": "L02",
        "nul_byte": "L03",
        "quote_unclosed": "L04",
        "line_70_kib": "L05",
    }
    return [FaultKind(name, (rule,), ANY, breaks=name, formats=CSV) for name, rule in names.items()]
