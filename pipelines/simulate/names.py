"""Pools of name parts with their pinyin, from Faker and the word lists; and a few whole names."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import polars as pl

from pipelines.simulate.columns import Index, join, pick, pool, weighted
from pipelines.simulate.data import read_words

DOTTED = {"05": "uygur", "17": "kazak", "43": "uygur", "29": "kazak", "50": "uygur"}
"""Ethnic groups (GB/T 3304) whose names have a separating dot, by the word list they use."""

SINGLE = {"02": "mongol"}
"""Groups whose names are one word."""

PAIRED = {"04": "zang", "54": "zang"}
"""Groups whose names are two words without a dot."""


@dataclass(frozen=True)
class Parts:
    """All name parts in one pool. ``ranges`` gives the slice of each list, ``surname_weights``
    the frequency of Faker's surnames. Part 0 is the empty text, ``dot`` and ``blank`` separate."""

    texts: pl.Series
    pinyin: pl.Series
    ranges: dict[str, tuple[int, int]]
    surname_weights: tuple[float, ...]
    dot: int
    blank: int

    def draw(self, stream: np.random.Generator, name: str, rows: int) -> Index:
        """Part numbers from a list, evenly."""
        first, last = self.ranges[name]
        return stream.integers(first, last, rows)

    def draw_surnames(self, stream: np.random.Generator, rows: int) -> Index:
        """Part numbers of surnames by their frequency; 1 in 300 is a compound one."""
        common = weighted(stream, self.surname_weights, rows) + self.ranges["surname"][0]
        compound = self.draw(stream, "compound", rows)
        return np.where(stream.random(rows) < 1 / 300, compound, common)


@cache
def name_parts() -> Parts:
    """The pool of name parts (built once; pinyin by pypinyin)."""
    from faker.providers.person.zh_CN import Provider

    words = read_words("names")
    rare_pinyin = dict(zip(words["rare"], words["rare_pinyin"], strict=True))
    builder = _Builder(rare_pinyin)
    builder.add("surname", list(Provider.last_names), " ")
    builder.add("compound", words["compound"], " ")
    for sex, faker_names in (
        ("male", Provider.first_names_male),
        ("female", Provider.first_names_female),
    ):
        given = [name for name in dict.fromkeys(faker_names) if len(name) <= 2]
        builder.add(f"{sex}_given", given, "")
        builder.add(f"{sex}_first", words[sex], "")
        builder.add(f"{sex}_end", words[f"{sex}_end"], "", lower=True)
    builder.add("rare", words["rare"], "", lower=True)
    for group in ("uygur", "kazak", "mongol", "zang"):
        builder.add(f"{group}_male", words[group], " ")
        builder.add(f"{group}_female", words[f"{group}_female"], " ")
    builder.add("latin", words["latin"], "")
    builder.add("latin_given", words["latin_given"], "")
    return builder.build(tuple(float(w) for w in Provider.last_names.values()))


class _Builder:
    """Collects the parts; a part's pinyin carries the space that follows it."""

    def __init__(self, rare: dict[str, str]) -> None:
        self.rare = rare
        self.texts = ["", "·", " "]
        self.pinyin = ["", "", " "]
        self.ranges: dict[str, tuple[int, int]] = {}

    def add(self, name: str, words: list[str], after: str, lower: bool = False) -> None:
        first = len(self.texts)
        self.texts += words
        for word in words:
            roman = self._romanise(word)
            self.pinyin.append((roman if lower else roman.capitalize()) + after)
        self.ranges[name] = (first, len(self.texts))

    def _romanise(self, word: str) -> str:
        from pypinyin import lazy_pinyin

        if word.isascii():
            return word
        if word in self.rare:
            return self.rare[word]
        return "".join(lazy_pinyin(word, v_to_u=False)).replace("ü", "v")

    def build(self, weights: tuple[float, ...]) -> Parts:
        return Parts(pool(self.texts), pool(self.pinyin), self.ranges, weights, dot=1, blank=2)


def han_parts(parts: Parts, stream: np.random.Generator, female: np.ndarray) -> list[Index]:
    """Part numbers (surname, given, given) of Han names; one in 2000 has a rare character."""
    rows = len(female)
    surname = parts.draw_surnames(stream, rows)
    first = np.where(
        female, parts.draw(stream, "female_first", rows), parts.draw(stream, "male_first", rows)
    )
    end = np.where(
        female, parts.draw(stream, "female_end", rows), parts.draw(stream, "male_end", rows)
    )
    whole = np.where(
        female, parts.draw(stream, "female_given", rows), parts.draw(stream, "male_given", rows)
    )
    is_whole = stream.random(rows) < 0.3
    end = np.where(stream.random(rows) < 1 / 2000, parts.draw(stream, "rare", rows), end)
    return [surname, np.where(is_whole, whole, first), np.where(is_whole, 0, end)]


def compose(parts: Parts, chosen: list[Index]) -> pl.Series:
    """Names from part numbers."""
    return join(*(pick(parts.texts, index) for index in chosen))


def compose_pinyin(parts: Parts, chosen: list[Index]) -> pl.Series:
    """Pinyin from the same part numbers, without a space at the end."""
    roman = join(*(pick(parts.pinyin, index) for index in chosen))
    return roman.str.strip_chars_end(" ")


def han_names(stream: np.random.Generator, rows: int) -> list[str]:
    """Some whole Han names without rare characters: heads, officers, supervisors."""
    parts = name_parts()
    surname, first, end = han_parts(parts, stream, stream.random(rows) < 0.4)
    low, high = parts.ranges["rare"]
    plain = np.where((end >= low) & (end < high), 0, end)
    return compose(parts, [surname, first, plain]).to_list()
