"""A small chart for the terminal: a value a line, its limits, told apart without colour."""

import math
from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size

from expectations.pages.texts import STATES, number
from pipelines.quality.lookup import Move

DOT, INSIDE, EDGE = "●", "░", "│"
NARROWEST, WIDEST = 16, 72


def plot(moves: Sequence[Move], unit: str, width: int) -> list[str]:
    """Lines of at most ``width`` cells: semester, the value between its limits, the number.

    Empty when nothing was measured. What failed bears its state's sign in place of the dot; a
    limit that is open runs to the chart's end.
    """
    ends = [v for m in moves for v in (m.observed, m.low, m.high) if v is not None]
    ends = [value for value in ends if math.isfinite(value)]
    if not ends:
        return []
    names = max(cell_len(one.semester) for one in moves)
    told = [number(one.observed, unit) for one in moves]
    numbers = max(map(cell_len, told))
    columns = max(NARROWEST, min(WIDEST, width - names - numbers - 4))
    low, high = min(ends), max(ends)
    lines = [
        f"{set_cell_size(one.semester, names)}  {_line(one, low, high, columns)}  {text}"
        for one, text in zip(moves, told, strict=True)
    ]
    first, last = number(low, unit), number(high, unit)
    gap = max(columns - cell_len(first) - cell_len(last), 1)
    return [*lines, f"{' ' * names}  {first}{' ' * gap}{last}"]


def _line(move: Move, low: float, high: float, columns: int) -> str:
    def place(value: float) -> int:
        share = (value - low) / (high - low) if high > low else 0.5
        return min(max(round(share * (columns - 1)), 0), columns - 1)

    cells = [" "] * columns
    if move.low is not None or move.high is not None:
        start = 0 if move.low is None else place(move.low)
        end = columns - 1 if move.high is None else place(move.high)
        cells[start : end + 1] = INSIDE * (end + 1 - start)
        for edge in (move.low, move.high):
            if edge is not None:
                cells[place(edge)] = EDGE
    if move.observed is not None and math.isfinite(move.observed):
        cells[place(move.observed)] = DOT if move.state == "passed" else STATES[move.state][0]
    return "".join(cells)
