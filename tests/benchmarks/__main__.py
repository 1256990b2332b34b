"""`python -m tests.benchmarks [--records N] [NAME ...]`: all benchmarks, or those named."""

import argparse
from pathlib import Path

from tests.benchmarks import examination, quality, semester
from tests.benchmarks.record import show, write

BENCHMARKS = {
    "semester": semester.measure,
    "examination": examination.measure,
    "quality": quality.measure,
}
OUT = Path("build/bench.json")


def main() -> None:
    """Runs the benchmarks and writes their figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*BENCHMARKS, []], metavar="NAME")
    parser.add_argument("--records", type=int, default=1_000_000)
    arguments = parser.parse_args()
    for name in arguments.names or BENCHMARKS:
        print(f"== {name}", flush=True)
        measures = BENCHMARKS[name](arguments.records)
        show(measures)
        write(measures, OUT)
    print(OUT)


main()
