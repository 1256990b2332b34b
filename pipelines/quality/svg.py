"""An expectation's history as an SVG file of its own: the chart of the pages, with its words."""

from html import escape

from expectations.pages import texts
from expectations.pages.environment import render
from pipelines.errors import UsageError
from pipelines.quality.charts import HEIGHT, STEP, chart
from pipelines.quality.lookup import History
from pipelines.quality.summaries import Check

SCALE = 3.0
"""Of the pages' small chart."""

_STYLE = """text{font:11px sans-serif;fill:#333}
.band{fill:#d7e6f5}.edge{stroke:#7aa5cf}
.line{fill:none;stroke:#10375c;stroke-width:1.3}.second{stroke-dasharray:3 2}
.dot{fill:#10375c}.hollow{fill:#fff;stroke:#10375c;stroke-width:1.3}
.wrong{fill:#b42318;stroke:#b42318}"""


def svg(found: History) -> str:
    """The chart as SVG text; UsageError where fewer than two values were measured."""
    one = found.expectation
    unit = found.unit
    checks = [
        (
            m.semester,
            # an exception changes what follows from a value, not the value
            Check(
                one.id, "failed" if m.exception else m.state, one.blocks, m.observed, m.low, m.high
            ),
        )
        for m in found.moves
    ]
    made = chart(checks, unit)
    if made is None:
        raise UsageError(f"{found.id} has fewer than two values: there is no chart to draw")
    words = f"{found.scope} {found.suite}/{found.id}: {one.title_zh} {one.title_en}"
    width, height = SCALE * made.width, SCALE * HEIGHT
    step = SCALE * STEP
    names = "".join(
        f'<text x="{(k + 0.5) * step:g}" y="{height + 42:g}" text-anchor="middle">'
        f"{escape(m.semester[:5] + m.semester[7:])}"
        f'<tspan x="{(k + 0.5) * step:g}" dy="14">{escape(texts.number(m.observed, unit))}</tspan>'
        "</text>"
        for k, m in enumerate(found.moves)
    )
    drawn = render("chart.j2", chart=made).strip()
    whole = max(width, 11.0 * len(words))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{whole:g}" height="{height + 64:g}">'
        f"<style>{_STYLE}</style>"
        f'<text x="4" y="16">{escape(words)}</text>'
        f'<g transform="translate(0 24) scale({SCALE:g})">{drawn}</g>{names}</svg>\n'
    )
