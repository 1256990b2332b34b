"""How an institution writes its files: format, encoding, header, and what else is its habit."""

from dataclasses import dataclass
from typing import Any

from pipelines.simulate.columns import weighted
from pipelines.simulate.institutions import Institution
from pipelines.simulate.plan import FORMATS, MIXED, Plan, stream

HEADERS = ("code", "label_and_code", "label")
EXTRAS = frozenset({"QQHM", "WXZH", "DZYX", "SJHM", "YXDM", "YXQX"})
"""Optional extensions that many institutions leave out of their files."""


@dataclass(frozen=True)
class Habits:
    """How an institution writes its files: constant over its packages."""

    encoding: str
    bom: bool
    line_end: str
    quote_all: bool
    header: str
    full_header: bool
    extras: bool
    photo_by_student_number: bool
    flags: str
    layout_2024: bool
    format: str = "csv"
    template: bool = False
    code_page: int = 0x4D
    deleted_rows: int = 0

    @property
    def rows_before_records(self) -> int:
        """Rows of a template (title, instructions, two samples) beside the header."""
        return 4 if self.template else 0


def habits_of(plan: Plan, institution: Institution, first: bool) -> Habits:
    """An institution's habits; the province's first one uses one full header for all categories."""
    numbers = stream(plan.seed, "habits", institution.code)
    draw = numbers.random(8)
    encodings = plan.encodings
    place = weighted(numbers, (encodings.gb18030, encodings.utf8, encodings.utf8_bom), 1)[0]
    form = _form_of(plan, institution)
    return Habits(
        encoding="gb18030" if place == 0 else "utf-8",
        bom=bool(place == 2),
        line_end="\r\n" if draw[0] < 0.6 else "\n",
        quote_all=bool(draw[1] < 0.12),
        header=HEADERS[int(draw[2] * 3)],
        full_header=first or bool(draw[3] < 0.15),
        extras=first or bool(draw[4] < 0.4),
        photo_by_student_number=bool(draw[5] < 0.4),
        flags="10" if draw[6] < 0.7 else "YN",
        layout_2024=bool(draw[7] < plan.layout_2024) and not first,
        **form,
    )


def _form_of(plan: Plan, institution: Institution) -> dict[str, Any]:
    """File format and what goes with it; a stream of its own, so that nothing else depends on it"""
    draw = stream(plan.seed, "format", institution.code).random(4)
    form = FORMATS[int(draw[0] * len(FORMATS))] if plan.format == MIXED else plan.format
    return {
        "format": form,
        "template": form == "xlsx" and bool(draw[1] < plan.templates),
        "code_page": 0x4D if draw[2] < 0.6 else 0x00,
        "deleted_rows": 1 + int(draw[3] * 10) if form == "dbf" and draw[3] < 0.4 else 0,
    }
