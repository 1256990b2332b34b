"""What a benchmark measured, printed and written to build/bench.json."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Measure:
    """A figure. ``limit`` is the largest value aimed at; None where it is only reported."""

    name: str
    value: float
    unit: str
    limit: float | None = None


def write(measures: list[Measure], path: Path) -> None:
    """Writes the figures, keeping those of other benchmarks that ran before."""
    path.parent.mkdir(parents=True, exist_ok=True)
    kept = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
    names = {measure.name for measure in measures}
    rows = [row for row in kept if row["name"] not in names] + [asdict(m) for m in measures]
    path.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


def show(measures: list[Measure]) -> None:
    """Prints the figures beside what is aimed at."""
    for measure in measures:
        aim = "" if measure.limit is None else f"   aim: at most {measure.limit:g}"
        print(f"{measure.name:<28}{measure.value:>10.2f} {measure.unit:<6}{aim}", flush=True)
