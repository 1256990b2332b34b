"""The record layouts that institutions file in: which fields, in which order, for whom."""

from dataclasses import dataclass
from functools import cache

from pipelines.standard.categories import CATEGORIES
from pipelines.standard.fields import FIELDS, Field


@dataclass(frozen=True)
class Layout:
    """A layout edition. ``categories`` are the record categories that may be filed in it."""

    edition: str
    title_zh: str
    title_en: str
    categories: frozenset[str]

    def fields(self, category: str) -> tuple[Field, ...]:
        """The fields that a file of this category carries, in the layout's order."""
        return _fields(self.edition, category)

    def required(self, category: str) -> tuple[Field, ...]:
        """The fields that every record of this category must fill."""
        if self.edition == "2024":
            return tuple(f for f in self.fields(category) if f.need_2024 == "M")
        return tuple(f for f in self.fields(category) if category in f.must)


LAYOUTS: dict[str, Layout] = {
    "2018": Layout(
        "2018",
        "学位授予信息数据结构（2018版）",
        "Classic layout with the graduate extras, manual of 2018",
        frozenset(CATEGORIES),
    ),
    "2024": Layout(
        "2024",
        "学士学位授予信息上报模板（2024版，28列）",
        "Bachelor layout of 2024, 28 columns, texts instead of codes",
        frozenset({"B1", "B2", "B3"}),
    ),
}


def layout(edition: str) -> Layout:
    """The layout of that edition; KeyError when there is none."""
    return LAYOUTS[edition]


@cache
def _fields(edition: str, category: str) -> tuple[Field, ...]:
    if edition == "2024":
        chosen = [f for f in FIELDS.values() if f.pos_2024 is not None]
        return tuple(sorted(chosen, key=lambda f: f.pos_2024 or 0))
    chosen = [f for f in FIELDS.values() if f.pos_2018 is not None and category not in f.must_not]
    return tuple(sorted(chosen, key=lambda f: f.pos_2018 or 0))
