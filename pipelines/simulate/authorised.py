"""What an institution is authorised for (Art. 9): what it offers, and a little from some day on."""

from functools import cache

from pipelines.simulate.institutions import Institution
from pipelines.simulate.programmes import GROUPS, offers, programmes
from pipelines.standard import code_table

AUTHORISED = "2000-01-01"
PENDING = "2036-09-01"
"""Authorised after the last semester that can be simulated: a degree before it is too early."""

CodeAndName = tuple[str, str]
NONE: CodeAndName = ("", "")
NEVER_SPARE = frozenset({"0807"})
"""A fault writes a bachelor's major of this class into graduates' records."""

Row = tuple[str, ...]


@cache
def offered(seed: int, institution: Institution) -> frozenset[str]:
    """Codes (four digits) of the academic disciplines that an institution offers."""
    chosen = programmes("academic")
    return frozenset(
        chosen[place].authorisation for place in offers(seed, institution)["academic"].places
    )


@cache
def spare_disciplines(
    seed: int, institution: Institution
) -> dict[str, tuple[CodeAndName, CodeAndName]]:
    """By discipline category: a discipline that it may never confer, and one it may only later."""
    mine = offered(seed, institution)
    spare: dict[str, list[CodeAndName]] = {}
    for row in code_table("discipline_2022").rows:
        code, category = row["code"], row["category"]
        # codes 7x stand for another code's discipline and are not judged
        if code in mine | NEVER_SPARE or category in ("11", "14") or code[2] == "7":
            continue
        spare.setdefault(category, []).append((code, row["name_zh"]))
    return {
        category: (codes[0], codes[-1] if len(codes) > 1 else NONE)
        for category, codes in spare.items()
    }


def authorisations(seed: int, institutions: list[Institution]) -> list[Row]:
    """Rows of authorisations.csv: what is offered, and what will be allowed later."""
    rows: set[Row] = set()
    for one in institutions:
        for group in GROUPS if one.files else ():
            for place in offers(seed, one)[group].places:
                programme = programmes(group)[place]
                levels = {"4"} if group == "bachelor" else {"2", "3"}
                if group == "professional" and not programme.doctoral:
                    levels = {"3"}
                for level in levels & set(one.levels):
                    rows.add((one.code, level, programme.authorisation, AUTHORISED, ""))
        for level in {"2", "3"} & set(one.levels):
            for _, (code, _name) in spare_disciplines(seed, one).values():
                if code:
                    rows.add((one.code, level, code, PENDING, ""))
    return sorted(rows)
