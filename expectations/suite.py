"""What a suite is before Great Expectations is loaded: plain data, cheap to import.

Dagster declares a check for each expectation, the pages list them, officers sign exceptions to
them: none of that needs GX, which takes seconds to import.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

_ID = re.compile(r"[a-z][a-z0-9_]{2,79}")


@dataclass(frozen=True)
class Expected:
    """One expectation.

    ``type`` and ``kwargs`` are GX's (snake case); a kwarg ``{"$PARAMETER": name}`` is given at the
    run. ``blocks``: a failure stops what comes next; otherwise it warns. ``basis`` is the article
    or the part of the standard it rests on. ``excusable``: an officer may sign an exception.
    ``part_titles``: Chinese and English of each measure of a group.
    ``keys_sql`` lists keys of what is wrong (never a person's value); ``{batch}`` in it stands for
    the relation.
    """

    id: str
    type: str
    kwargs: Mapping[str, Any]
    blocks: bool
    title_zh: str
    title_en: str
    basis: str
    excusable: bool = True
    keys_sql: str | None = None
    part_titles: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not _ID.fullmatch(self.id):
            raise ValueError(f"{self.id!r} is no id: small letters, digits, underscores")

    @property
    def parameters(self) -> frozenset[str]:
        """Names of the parameters that a run has to give."""
        return frozenset(_parameters(self.kwargs))

    @property
    def parts(self) -> tuple[str, ...]:
        """Names of the measures of a group, none where it is a single one."""
        return tuple(self.kwargs["measures"]) if self.type == GROUP else ()

    def given(self, parameters: Mapping[str, Any]) -> "Expected | None":
        """With the values of its parameters; a group without the parts that have none.

        None where a value is missing, or where no part is left.
        """
        if self.type != GROUP:
            if not self.parameters <= parameters.keys():
                return None
            return replace(self, kwargs=_filled(self.kwargs, parameters))
        limits = self.kwargs["limits"]
        known = [p for p in self.parts if set(_parameters(limits[p])) <= parameters.keys()]
        if not known:
            return None
        kwargs = {
            "measures": {part: self.kwargs["measures"][part] for part in known},
            "limits": {part: _filled(limits[part], parameters) for part in known},
        }
        return replace(self, kwargs=kwargs)

    def singles(self) -> tuple["Expected", ...]:
        """The measures of a group as expectations of their own, by their names."""
        return tuple(self._single(part) for part in self.parts)

    def _single(self, part: str) -> "Expected":
        low, high = self.kwargs["limits"][part]
        limits = {"min_value": low, "max_value": high}
        kwargs = {"measure": self.kwargs["measures"][part]}
        kwargs |= {name: value for name, value in limits.items() if value is not None}
        keys = f"select * exclude part from ({self.keys_sql}) where part = '{part}'"
        zh, en = self.part_titles.get(part, (self.title_zh, self.title_en))
        return replace(
            self,
            id=part,
            type=MEASURE,
            kwargs=kwargs,
            title_zh=zh,
            title_en=en,
            keys_sql=keys if self.keys_sql else None,
            part_titles={},
        )


MEASURE = "expect_measure_to_be_between"

GROUP = "expect_measures_to_be_between"
"""The type of an expectation over several measures, each with limits of its own."""


def group(id: str, members: Sequence[Expected], titles: tuple[str, str], basis: str) -> Expected:
    """One expectation for several measures of equal severity; parts bear the members' ids."""
    first = members[0]
    alike = {(one.type, one.blocks, one.excusable) for one in members}
    if alike != {(MEASURE, first.blocks, first.excusable)}:
        raise ValueError(f"{id}: measures of one severity make a group")
    kwargs = {
        "measures": {one.id: one.kwargs["measure"] for one in members},
        "limits": {
            one.id: [one.kwargs.get("min_value"), one.kwargs.get("max_value")] for one in members
        },
    }
    keys = [one.keys_sql for one in members]
    listed = [
        f"select '{one.id}' as part, * from ({one.keys_sql})" for one in members if one.keys_sql
    ]
    keys_sql = " union all by name ".join(listed) if all(keys) else None
    named = {one.id: [one.title_zh, one.title_en] for one in members}
    return Expected(
        id, GROUP, kwargs, first.blocks, *titles, basis, first.excusable, keys_sql, named
    )


def _parameters(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        if "$PARAMETER" in value:
            yield value["$PARAMETER"]
        else:
            for each in value.values():
                yield from _parameters(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _parameters(each)


def _filled(value: Any, parameters: Mapping[str, Any]) -> Any:
    if isinstance(value, Mapping):
        if "$PARAMETER" in value:
            return parameters[value["$PARAMETER"]]
        return {key: _filled(each, parameters) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_filled(each, parameters) for each in value]
    return value


@dataclass(frozen=True)
class Suite:
    """Expectations of one relation of a level. ``relation`` is the view that they are run on."""

    name: str
    title_zh: str
    title_en: str
    relation: str
    expectations: tuple[Expected, ...] = field(default_factory=tuple)

    def __post_init__(self) -> None:
        ids = [one.id for one in self.expectations]
        if len(set(ids)) != len(ids):
            twice = sorted({one for one in ids if ids.count(one) > 1})
            raise ValueError(f"suite {self.name} has an id twice: {', '.join(twice)}")

    def __getitem__(self, expectation_id: str) -> Expected:
        for one in self.expectations:
            if one.id == expectation_id:
                return one
        raise KeyError(expectation_id)


def as_json(suite: Suite) -> str:
    """The suite as stable, readable JSON."""
    return json.dumps(asdict(suite), ensure_ascii=False, indent=1) + "\n"


def read_suite(path: Path) -> Suite:
    """A suite from the JSON that ``as_json`` writes."""
    content = json.loads(path.read_text(encoding="utf-8"))
    content["expectations"] = tuple(Expected(**one) for one in content["expectations"])
    return Suite(**content)
