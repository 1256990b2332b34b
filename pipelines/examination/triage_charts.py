"""Charts of the triage page: inline SVG, no script, readable in grey and in print."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

COLOURS = {
    "error": "#c0392b",
    "hold": "#d9822b",
    "warning": "#c9a400",
    "repaired": "#3f7fb5",
    "good": "#4c8c4a",
}

_TITLE = 30
"""Characters of a rule's title that stand on a line of the chart; tables have all of it."""


@dataclass(frozen=True)
class Bar:
    """A bar: its label, a second line, its length and what stands at its end."""

    label: str
    note: str
    value: float
    told: str
    colour: str


def bars(items: Sequence[Bar], title: str) -> str:
    """Horizontal bars, each under its text, so that long titles have room on a narrow screen."""
    most = max((item.value for item in items), default=0) or 1
    height, wide = 48, 560
    parts = []
    for number, item in enumerate(items):
        top = number * height
        length = max(2.0, item.value / most * (wide - 130))
        note = escape(item.note if len(item.note) <= _TITLE else f"{item.note[:_TITLE]}…")
        parts.append(
            f"<g><title>{escape(item.label)} {note}: {escape(item.told)}</title>"
            f'<text x="0" y="{top + 16}" class="name">{escape(item.label)}'
            f'<tspan class="note" dx="8">{note}</tspan></text>'
            f'<rect x="0" y="{top + 24}" width="{length:.1f}" height="13" rx="2" '
            f'fill="{COLOURS[item.colour]}"/>'
            f'<text x="{length + 6:.1f}" y="{top + 35}" class="value">{escape(item.told)}</text>'
            "</g>"
        )
    return _svg(wide, max(len(items) * height, height), "".join(parts), title)


@dataclass(frozen=True)
class Line:
    """A line of a trend: its name, colour and a share (0-1) a place."""

    name: str
    colour: str
    shares: Sequence[float]


def trend(places: Sequence[str], lines: Sequence[Line], title: str) -> str:
    """Shares over time as lines with a point and a figure a place."""
    wide, high, left, bottom = 560, 230, 44, 34
    top = _nice(max((share for line in lines for share in line.shares), default=0))
    step = (wide - left - 60) / max(len(places) - 1, 1)

    def x(number: int) -> float:
        return left + 16 + number * step if len(places) > 1 else (left + wide) / 2

    def y(share: float) -> float:
        return 16 + (1 - share / top) * (high - bottom - 16)

    parts = [
        f'<line x1="{left}" x2="{wide}" y1="{y(top * k / 4):.1f}" y2="{y(top * k / 4):.1f}" '
        f'class="grid"/><text x="{left - 6}" y="{y(top * k / 4) + 4:.1f}" class="axis end">'
        f"{top * k / 4:.1%}</text>"
        for k in range(5)
    ]
    every = -(-len(places) // 6)
    parts += [
        f'<text x="{x(number):.1f}" y="{high - 10}" class="axis middle">{escape(place)}</text>'
        for number, place in enumerate(places)
        if (len(places) - 1 - number) % every == 0
    ]
    for line in lines:
        points = [(x(number), y(share)) for number, share in enumerate(line.shares)]
        path = " ".join(f"{px:.1f},{py:.1f}" for px, py in points)
        colour = COLOURS[line.colour]
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [
            f'<circle cx="{px:.1f}" cy="{py:.1f}" r="4" fill="{colour}"><title>'
            f"{escape(line.name)} {escape(place)}: {share:.2%}</title></circle>"
            f'<text x="{px:.1f}" y="{py + _aside(lines, line, number):.1f}" class="value middle">'
            f"{share:.1%}</text>"
            for number, ((px, py), place, share) in enumerate(
                zip(points, places, line.shares, strict=True)
            )
        ]
    return _svg(wide, high, "".join(parts), title)


def _aside(lines: Sequence[Line], line: Line, number: int) -> float:
    """Where a figure stands: below the lowest of several points, else above its point."""
    others = [other.shares[number] for other in lines if other is not line]
    return 18 if others and line.shares[number] < min(others) else -8


def shares(parts: Sequence[tuple[str, int, str]]) -> str:
    """One stacked bar of (name, count, colour): what became of all lines."""
    total = sum(count for _, count, _ in parts) or 1
    left = 0.0
    drawn = []
    for name, count, colour in parts:
        width = 1000 * count / total
        drawn.append(
            f'<rect x="{left:.2f}" y="0" width="{width:.2f}" height="18" fill="{COLOURS[colour]}">'
            f"<title>{escape(name)}: {count:,}</title></rect>"
        )
        left += width
    told = "; ".join(f"{name} {count:,}" for name, count, _ in parts)
    return (
        f'<svg class="stack" viewBox="0 0 1000 18" preserveAspectRatio="none" role="img" '
        f'aria-label="{escape(told)}">{"".join(drawn)}</svg>'
    )


def _nice(most: float) -> float:
    """The next round share above ``most``, so that the axis ends on it."""
    for step in (0.01, 0.02, 0.04, 0.08, 0.1, 0.2, 0.4, 0.6, 0.8):
        if most <= step * 0.95:
            return step
    return 1.0


def _svg(wide: float, high: float, body: str, title: str) -> str:
    return (
        f'<svg viewBox="0 0 {wide} {high}" role="img" aria-label="{escape(title)}">'
        f"<title>{escape(title)}</title>{body}</svg>"
    )
