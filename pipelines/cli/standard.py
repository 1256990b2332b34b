"""``xuewei standard``: look up a field, a code table, the semesters; write the data dictionary."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from pipelines.cli.options import json_option, print_json
from pipelines.errors import UsageError
from pipelines.filing.door_rules import ASPECTS, DOOR_RULES, DoorRule
from pipelines.standard.codes import CodeTable, code_table, code_tables
from pipelines.standard.dictionary import FILES, dictionary
from pipelines.standard.fields import FIELDS, Field, field
from pipelines.standard.rulebook import FILE as RULE_BOOK
from pipelines.standard.rulebook import rule_book
from pipelines.standard.rules import FILING_RULES, RULES, SET_RULES, FilingRule, Rule, SetRule, rule


@click.group(name="standard")
def command() -> None:
    """数据标准：字段、代码表、数据字典。 The data standard: fields, code tables, dictionary."""


@command.command()
@click.argument("name")
@json_option
def show(name: str, as_json: bool) -> None:
    """Show a field, a code table or a rule.

    \b
    Example:  xuewei standard show XWZSBH
              xuewei standard show 学位证书编号
              xuewei standard show degree_category
              xuewei standard show R09
    """
    facts = _find(name)
    if as_json:
        print_json(facts)
        return
    for key, value in facts.items():
        if isinstance(value, list):
            click.echo(f"{key}:")
            for row in value:
                click.echo("  " + "  ".join(str(cell) for cell in row.values() if cell))
        else:
            click.echo(f"{key:<14} {value}")


def _rules() -> dict[str, Rule | SetRule | FilingRule]:
    every: list[Rule | SetRule | FilingRule] = [*RULES, *SET_RULES, *FILING_RULES]
    return {item.code: item for item in every}


def _find(name: str) -> dict[str, Any]:
    try:
        return _field_facts(field(name))
    except KeyError:
        pass
    try:
        return _table_facts(code_table(name))
    except KeyError:
        pass
    try:
        return _rule_facts(name.upper())
    except KeyError:
        raise UsageError(
            f"the standard has no field, code table or rule {name!r}",
            f"one of {len(FIELDS)} fields, {len(code_tables())} code tables or "
            f"{len(_rules())} rules",
            "list them with: xuewei standard list",
        ) from None


def _field_facts(item: Field) -> dict[str, Any]:
    rules = sorted(
        {r.code for r in RULES for c in r.checks if item.code in (c.field, *c.reads)}
        | {r.code for r in SET_RULES if r.field == item.code}
    )
    return {
        "field": item.code,
        "name": item.name,
        "中文": item.label_zh,
        "English": item.label_en,
        "type": item.type,
        "width": f"{item.width} (GBK bytes)",
        "code table": item.code_table or "-",
        "text of": item.text_of or "-",
        "must": " ".join(sorted(item.must)) or "-",
        "may": " ".join(sorted(item.may)) or "-",
        "must not": " ".join(sorted(item.must_not)) or "-",
        "layout 2024": {"M": "mandatory", "C": "conditional", None: "not in it"}[item.need_2024],
        "key field": "yes (Art. 18)" if item.key_field else "no",
        "identifying": f"{item.identifying}; in extracts: {item.treatment}",
        "article": item.article,
        "certainty": item.certainty,
        "rules": " ".join(rules) or "-",
        "note": item.note or "-",
    }


def _table_facts(item: CodeTable) -> dict[str, Any]:
    return {
        "table": item.name,
        "中文": item.title_zh,
        "English": item.title_en,
        "source": item.source,
        "edition": item.edition,
        "valid": f"{item.valid_from} - {item.valid_to or ''}",
        "certainty": item.certainty,
        "complete": "yes" if item.complete else "no",
        "note": item.note or "-",
        "codes": list(item.rows),
    }


def _rule_facts(code: str) -> dict[str, Any]:
    door = DOOR_RULES.get(code)
    at_door = (
        {"rule": code, "severity": door.severity, "中文": door.zh, "English": door.en}
        | {"basis": door.basis}
        if door
        else {}
    )
    if door and code not in _rules():
        return at_door
    item = rule(code)
    facts: dict[str, Any] = {
        "rule": item.code,
        "severity": item.severity.value,
        "中文": item.title_zh,
        "English": item.title_en,
        "basis": item.basis,
    }
    if hasattr(item, "checks"):
        facts["checks"] = [{"field": c.field, "zh": c.zh, "en": c.en} for c in item.checks]
    if door:
        facts["of the filing"] = [{"zh": door.zh, "en": door.en}]
    return facts


@command.command(name="list")
@json_option
def list_all(as_json: bool) -> None:
    """List the fields, code tables and rules.

    \b
    Example:  xuewei standard list
    """
    fields = [{"code": f.code, "name": f.name, "zh": f.label_zh} for f in FIELDS.values()]
    tables = [{"table": t.name, "zh": t.title_zh, "edition": t.edition} for t in code_tables()]
    unique = _rules()
    rules = [
        {"rule": r.code, "severity": r.severity.value, "zh": r.title_zh, "en": r.title_en}
        for r in sorted(unique.values(), key=lambda r: r.code)
    ]
    rules += [
        {"rule": d.code, "severity": d.severity, "zh": d.zh, "en": d.en}
        for d in DOOR_RULES.values()
        if d.code not in unique
    ]
    if as_json:
        print_json({"fields": fields, "tables": tables, "rules": rules})
        return
    for row in (*fields, *tables, *rules):
        click.echo("  ".join(row.values()))


@command.command(name="dictionary")
@click.option("--out", default="docs", metavar="DIR", help="Folder to write to (default docs).")
def write_dictionary(out: str) -> None:
    """Write the data dictionary in Chinese and English.

    \b
    Example:  xuewei standard dictionary --out docs
    """
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    for language, name in FILES.items():
        (folder / name).write_text(dictionary(language), encoding="utf-8")
        click.echo(folder / name)


def door_texts() -> list[DoorRule]:
    """All texts of the door's rules, those that a rule has beside its first one too."""
    further = [replace(DOOR_RULES[code], zh=zh, en=en) for (code, _), (zh, en) in ASPECTS.items()]
    return [*DOOR_RULES.values(), *further]


@command.command(name="rules")
@click.option("--out", default="docs", metavar="DIR", help="Folder to write to (default docs).")
def write_rules(out: str) -> None:
    """Write the rule book: every rule with its basis and examples.

    \b
    Example:  xuewei standard rules --out docs
    """
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / RULE_BOOK).write_text(rule_book(door_texts()), encoding="utf-8")
    click.echo(folder / RULE_BOOK)
