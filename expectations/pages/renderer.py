"""Great Expectations' renderer of a validation, with what an officer needs to judge it.

GX groups by column and shows an icon, a sentence and a value. Here what needs an act comes first,
and each row tells the article, the severity, the limit, keys of what is wrong and the exception.
Texts go in as parameters of string templates: these GX's view escapes, templates it does not.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from great_expectations.render import (
    CollapseContent,
    RenderedDocumentContent,
    RenderedHeaderContent,
    RenderedSectionContent,
    RenderedStringTemplateContent,
    RenderedTableContent,
)
from great_expectations.render.renderer.page_renderer import ValidationResultsPageRenderer

from expectations.pages import texts
from expectations.run import BROKEN, FAILED, NOT_JUDGED, PASSED, Outcome, SuiteRun
from expectations.suite import Expected

Row = tuple[Expected, Outcome, str]
"""An expectation, what became of it, its state on the page (``excused`` is one)."""

HEADER = ("状态 Status", "要求 Expectation", "观测值 Observed", "限度 Limit")
SECTIONS = (
    ("需要处理 To be dealt with", (FAILED, BROKEN)),
    ("已签署例外 Excused", (texts.EXCUSED,)),
    ("通过 Passed", (PASSED,)),
    ("未判断 Not judged", (NOT_JUDGED,)),
)


class RunPageRenderer(ValidationResultsPageRenderer):
    """A document of one run. ``excused`` gives a text for each excused expectation, by id."""

    def __init__(self, run: SuiteRun, excused: Mapping[str, str], facts: Mapping[str, str]) -> None:
        """``facts`` are the rows of the table "about this run": title to text."""
        super().__init__()
        self._run = run
        self._excused = excused
        self._facts = facts

    def render(
        self,
        validation_results: Any,  # noqa: ARG002
        suite_parameters: Any = None,  # noqa: ARG002
    ) -> RenderedDocumentContent:
        """The document. All that is shown of GX's result is in the run's outcomes."""
        rows = self._rows()
        sections = [self._overview(rows)]
        for title, states in SECTIONS:
            of_section = [row for row in rows if row[2] in states]
            of_section.sort(key=lambda row: FAILED in states and not row[0].blocks)
            if of_section:
                sections.append(self._section(title, of_section))
        suite = self._run.suite
        return RenderedDocumentContent(
            renderer_type="ValidationResultsPageRenderer",
            page_title=f"{suite.title_zh} {suite.title_en}",
            expectation_suite_name=suite.name,
            sections=sections,
        )

    def _rows(self) -> list[Row]:
        made = []
        for told in self._run.outcomes:
            wrong = told.state in (FAILED, BROKEN)
            state = texts.EXCUSED if wrong and told.id in self._excused else told.state
            made.append((self._run.suite[told.id], told, state))
        return made

    def _overview(self, rows: list[Row]) -> RenderedSectionContent:
        state, verdict = verdict_of(rows)
        header = RenderedHeaderContent(
            header=_text(verdict, "verdict-text", tag="h2"),
            styling={
                "classes": ["col-12", "p-0"],
                "header": {"classes": ["verdict", f"verdict-{state}"]},
            },
        )
        table = [[_text(key), _text(value)] for key, value in self._facts.items()]
        about = RenderedTableContent(
            table=table,
            styling={
                "classes": ["col-12", "p-0", "mt-3"],
                "body": {"classes": ["table", "table-sm", "facts"]},
            },
        )
        return RenderedSectionContent([header, about], section_name="概况 Overview")

    def _section(self, name: str, rows: list[Row]) -> RenderedSectionContent:
        title = f"{name} ({len(rows)})"
        header = RenderedHeaderContent(
            header=_text(title, tag="h3"), styling={"classes": ["col-12", "p-0"]}
        )
        table = RenderedTableContent(
            table=[self._cells(row) for row in rows],
            header_row=[_text(word) for word in HEADER],
            styling={
                "classes": ["col-12", "p-0", "table-responsive"],
                "body": {"classes": ["table", "table-hover", "expectations"]},
            },
        )
        return RenderedSectionContent([header, table], section_name=title)

    def _cells(self, row: Row) -> list[Any]:
        one, told, state = row
        sign, zh, en = texts.STATES[state]
        status = [
            _text(f"{sign} {zh}", "state", f"state-{state}", row=one.id),
            _text(en, "english"),
            severity(one),
        ]
        observed, limit = texts.numbers(told, texts.unit(one))
        return [
            status,
            self._told(one, told, state),
            [_text(observed, "number"), *_counted(one, told)],
            _text(limit, "number"),
        ]

    def _told(self, one: Expected, told: Outcome, state: str) -> list[Any]:
        parts: list[Any] = [
            _text(one.title_zh, "title", tag="div"),
            _text(one.title_en, "english", tag="div"),
        ]
        if told.note:
            parts.append(_text(f"说明 Note: {told.note}", "note", tag="div"))
        if state == texts.EXCUSED:
            text = f"◇ {self._excused[one.id]}"
            parts.append(_text(text, "note", "note-excused", tag="div"))
        wrong = texts.parts(one, told, wrong=True)
        if wrong:
            parts.append(_text("不符的各项 Those outside:", "keys-title", tag="div"))
            parts += [_text(line, "part", tag="div") for line in wrong]
        if keys := [key for key in told.keys if key not in told.wrong_parts]:
            parts.append(_text("涉及 Keys of what is wrong:", "keys-title", tag="div"))
            parts += [_text(key, "key", tag="code") for key in keys]
        parts.append(_basis(one, self._run.suite.name))
        if told.parts:
            lines = [_text(line, "part", tag="div") for line in texts.parts(one, told)]
            parts.append(CollapseContent(lines, collapse_toggle_link=_text("各项 Each of them")))
        how = _text(texts.method(one), tag="pre")
        link = _text("判断方法 How it is judged")
        return [*parts, CollapseContent([how], collapse_toggle_link=link)]


def verdict_of(rows: list[Row]) -> tuple[str, str]:
    """(state, sentence) of a run: what blocks comes before what warns."""
    wrong = [one for one, _, state in rows if state in (FAILED, BROKEN)]
    blocks = sum(one.blocks for one in wrong)
    warns = len(wrong) - blocks
    count = Counter(state for _, _, state in rows)
    told = [
        (blocks, "未满足", "not fulfilled"),
        (warns, "提示", "warned of"),
        (count[texts.EXCUSED], "例外", "excused"),
        (count[PASSED], "通过", "passed"),
        (count[NOT_JUDGED], "未判断", "not judged"),
    ]
    zh = "，".join(f"{word} {number} 项" for number, word, _ in told if number)
    en = ", ".join(f"{number} {word}" for number, _, word in told if number)
    if blocks:
        return "blocked", f"✕ 阻断：{zh} / Blocked: {en}"
    if warns:
        return "warned", f"▲ 可以继续：{zh} / Open: {en}"
    state = "excused" if count[texts.EXCUSED] else "ok" if count[PASSED] else "unjudged"
    sign = {"excused": "◇", "ok": "✓", "unjudged": "–"}[state]
    return state, f"{sign} 可以继续：{zh} / Open: {en}"


def severity(one: Expected) -> RenderedStringTemplateContent:
    zh, en = texts.SEVERITIES[one.blocks]
    return _text(f"{zh} {en}", "severity", f"severity-{en}", tag="div")


def _basis(one: Expected, suite: str) -> RenderedStringTemplateContent:
    """The basis, the id as a link to the row itself, a link to how it was in other semesters."""
    history = f"../index.html#h-{suite}-{one.id}"
    return RenderedStringTemplateContent(
        string_template={
            "template": "依据 Basis: $basis · $id · $history",
            "params": {"basis": one.basis, "id": one.id, "history": "历次 history"},
            "tag": "div",
            "styling": {
                "classes": ["basis"],
                "params": {
                    "basis": {"classes": []},
                    "id": {"tag": "a", "attributes": {"href": f"#{one.id}"}},
                    "history": {"tag": "a", "attributes": {"href": history}},
                },
            },
        }
    )


def _counted(one: Expected, told: Outcome) -> list[RenderedStringTemplateContent]:
    """What the observed value counts, where that is not what the title says."""
    counted = texts.counted(one)
    if told.observed is None or counted is None:
        return []
    return [_text(" ".join(counted), "english", tag="div")]


def _text(
    value: str, *classes: str, tag: str = "span", row: str | None = None
) -> RenderedStringTemplateContent:
    """``value`` as a parameter, which GX's view escapes. ``row``: the id of the table's row."""
    styling = {"row": {"attributes": {"id": row}}} if row else {}
    return RenderedStringTemplateContent(
        string_template={
            "template": "$value",
            "params": {"value": value},
            "tag": tag,
            "styling": {"classes": list(classes)},
        },
        styling=styling,
    )
