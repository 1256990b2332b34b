"""Titles, keywords and directions of theses: put together from words, titles never twice."""

from functools import cache

import numpy as np
import numpy.typing as npt
import polars as pl

from pipelines.simulate.columns import Index, join, pick, pool
from pipelines.simulate.data import read_words
from pipelines.simulate.plan import Stream
from pipelines.standard import code_table

GROUP = {
    "01": "humanities",
    "05": "humanities",
    "06": "humanities",
    "02": "social",
    "03": "social",
    "12": "social",
    "04": "education",
    "07": "science",
    "08": "engineering",
    "14": "engineering",
    "09": "agriculture",
    "10": "medicine",
    "13": "arts",
}
STRIDE = 7_919
"""A prime that divides no number of titles: steps through all titles of a group once."""


@cache
def _words() -> tuple[dict[str, pl.Series], pl.Series, dict[str, tuple[int, int]]]:
    """Fixed lists, the objects of all groups in one pool, and each group's slice of it."""
    words = read_words("thesis_words")
    fixed = {name: pool(words[name]) for name in ("method", "keyword", "aspect", "ending")}
    objects: list[str] = []
    slices = {}
    for group in dict.fromkeys(GROUP.values()):
        slices[group] = (len(objects), len(words[group]))
        objects += words[group]
    return fixed, pool(objects), slices


def make_theses(
    numbers: Stream, discipline: npt.NDArray[np.str_], counter: Index, chinese: bool
) -> dict[str, pl.Series]:
    """Title (LWTM), keywords (LWGJC), direction (LWYJFX) by discipline category.

    ``counter`` is a running number within the institution: equal titles need equal counters.
    Keywords stand with commas, or with a full-width semicolon when ``chinese``.
    """
    fixed, objects, slices = _words()
    codes = np.array(sorted(GROUP))
    place = np.searchsorted(codes, discipline)
    first = np.array([slices[GROUP[code]][0] for code in codes])[place]
    size = np.array([slices[GROUP[code]][1] for code in codes])[place]
    methods, aspects, endings = (len(fixed[name]) for name in ("method", "aspect", "ending"))
    titles = methods * aspects * endings * size
    rest = (counter.astype(np.int64) * STRIDE) % titles
    rest, thing = np.divmod(rest, size)
    rest, method = np.divmod(rest, methods)
    rest, aspect = np.divmod(rest, aspects)
    chosen = pick(objects, first + thing)
    other = pick(objects, first + (thing + 1 + numbers.integers(0, size - 1)) % size)
    separator = "；" if chinese else ","
    extra = pick(
        fixed["keyword"], (method + 1 + numbers.integers(0, methods - 1, len(rest))) % methods
    )
    title = join(
        pick(fixed["method"], method),
        chosen,
        pick(fixed["aspect"], aspect),
        pick(fixed["ending"], rest),
    )
    keywords = join(
        chosen,
        separator,
        pick(fixed["aspect"], aspect),
        separator,
        pick(fixed["keyword"], method),
        separator,
        extra,
    )
    second = join("；", other)
    two = pl.Series(numbers.random(len(rest)) < 0.35)
    direction = join(chosen, pl.select(pl.when(two).then(second).otherwise(pl.lit(""))).to_series())
    return {"LWTM": title, "LWGJC": keywords, "LWYJFX": direction}


@cache
def sources() -> tuple[pl.Series, pl.Series, tuple[float, ...]]:
    """Codes, texts and weights of topic sources; 02 is left out, its text carries a remark."""
    rows = [row for row in code_table("thesis_source").rows if row["code"] != "02"]
    weights = {
        "04": 2.0,
        "05": 2.0,
        "06": 9.0,
        "07": 3.0,
        "09": 8.0,
        "14": 10.0,
        "16": 40.0,
        "90": 12.0,
        "99": 4.0,
    }
    return (
        pool([row["code"] for row in rows]),
        pool([row["name_zh"] for row in rows]),
        tuple(weights.get(row["code"], 0.3) for row in rows),
    )
