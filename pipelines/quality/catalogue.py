"""``docs/expectations.md``: every expectation of every suite, for those whom a gate may stop."""

from collections.abc import Iterable

from expectations.suite import Expected, Suite

_HEAD = """\
# 质量期望 Quality expectations

由套件生成，请勿手工修改：`python -m pipelines.quality.generate`
Generated from the suites; do not edit.

- **阻断 blocks**: 未满足时不得移交、不得汇总 / not fulfilled, nothing is handed over or built
- **提示 warns**: 仅提示 / told, and stops nothing
- **例外 exception**: 审核人可否签署例外 / whether a reviewer may sign one (`xuewei quality except`)

Groups list their parts: `xuewei quality history GROUP/PART` shows how one of them moved. Limits
of a profile are learnt from earlier comparable semesters ([quality.md](quality.md)).
"""


def catalogue(suites: Iterable[Suite]) -> str:
    """The document as Markdown."""
    return "\n".join([_HEAD, *(_section(suite) for suite in suites)])


def _section(suite: Suite) -> str:
    lines = [
        f"## {suite.name} {suite.title_zh} {suite.title_en}",
        "",
        "| id | 要求 expectation | 级别 | 例外 | 依据 basis |",
        "|---|---|---|---|---|",
        *(_row(one) for one in suite.expectations),
        "",
    ]
    return "\n".join(lines)


def _row(one: Expected) -> str:
    severity = "阻断 blocks" if one.blocks else "提示 warns"
    excusable = "可 yes" if one.excusable else "不可 no"
    told = f"{_cell(one.title_zh)}<br>{_cell(one.title_en)}"
    if one.parts:
        told += f"<br>{', '.join(f'`{part}`' for part in one.parts)}"
    return f"| `{one.id}` | {told} | {severity} | {excusable} | {_cell(one.basis)} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
