"""Invented institutions: names, codes, levels, heads. The same for every plan of a seed."""

from dataclasses import dataclass
from functools import cache
from itertools import product

import numpy as np

from pipelines.simulate.columns import weighted
from pipelines.simulate.data import read_words
from pipelines.simulate.names import han_names
from pipelines.simulate.plan import stream
from pipelines.simulate.volumes import Province, load_provinces

TYPES = (
    ("理工大学", "University of Technology", "08"),
    ("师范大学", "Normal University", "04 05 07 13"),
    ("大学", "University", ""),
    ("医科大学", "Medical University", "10"),
    ("财经大学", "University of Finance and Economics", "02 12"),
    ("科技大学", "University of Science and Technology", "08 07"),
    ("农业大学", "Agricultural University", "09"),
    ("工业大学", "Polytechnic University", "08"),
    ("外国语大学", "International Studies University", "05 02"),
    ("政法大学", "University of Political Science and Law", "03"),
    ("交通大学", "Jiaotong University", "08 12"),
    ("艺术学院", "University of the Arts", "13"),
    ("师范学院", "Teachers College", "04 05 07"),
    ("工程学院", "Institute of Engineering", "08"),
    ("商学院", "Business College", "12 02"),
    ("学院", "College", ""),
)
GREAT = 11
"""The first so many types are universities (大学); small institutions take the later ones."""

INSTITUTE_FIELDS = (
    "物理",
    "生态",
    "材料",
    "数学",
    "农业",
    "中医药",
    "地质",
    "社会",
    "自动化",
    "海洋",
)

REAL_STEMS = frozenset(
    "北京 清华 复旦 南京 浙江 武汉 中山 四川 山东 吉林 厦门 南开 天津 同济 东南 湖南 重庆 "
    "兰州 新疆 石河 塔里 江南 燕山 黄山 泰山 衡阳 渤海 黄河 长江 长春 长沙 青岛 宁波 "
    "苏州 沧州 泽州 栖霞 骊山 漪汾 "
    "岚山 麓山 韶山 楠溪 槐荫 皓月 海原 野三".split()
)
"""Two-character beginnings that stand for something real, or might: never invented here."""


@dataclass(frozen=True)
class Institution:
    """An institution. ``levels`` are those it may grant; ``focus`` its stronger categories.

    ``parent`` is set for independent colleges, whose degrees the parent grants; such a college
    files nothing itself.
    """

    code: str
    name_zh: str
    name_en: str
    province: str
    kind: str
    parent: str
    levels: tuple[str, ...]
    focus: tuple[str, ...]
    president: str
    chair: str
    weight: float

    @property
    def files(self) -> bool:
        """Whether it grants degrees and so files."""
        return bool(self.levels)


@cache
def _stems() -> tuple[str, ...]:
    words = read_words("institution_names")
    stems = (a + b for a, b in product(words["first"], words["last"]))
    return tuple(stem for stem in stems if stem not in REAL_STEMS)


def invented_name(ordinal: int, small: bool) -> tuple[str, str, tuple[str, ...]]:
    """Chinese name, English name and focus of the ``ordinal``-th institution of the nation."""
    from pypinyin import lazy_pinyin

    stems = _stems()
    types = TYPES[GREAT:] if small else TYPES[:GREAT]
    stem = stems[(ordinal * 7) % len(stems)]
    turn, place = divmod(ordinal, len(stems))
    kind_zh, kind_en, focus = types[(place + turn) % len(types)]
    roman = "".join(lazy_pinyin(stem)).capitalize()
    return stem + kind_zh, f"{roman} {kind_en}", tuple(focus.split())


def build_institutions(seed: int, province: Province) -> list[Institution]:
    """All institutions of a province; the first grants all levels. Independent of any plan."""
    first = _first_ordinals()[province.code]
    numbers = stream(seed, "institutions", province.code)
    heads = han_names(numbers, 2 * (province.universities + province.institutes))
    made = _universities(province, first, heads, numbers)
    made += _colleges(province, first, made)
    made += _institutes(province, first, heads[2 * province.universities :], numbers)
    return made


@cache
def _first_ordinals() -> dict[str, tuple[int, int, int]]:
    """Each province's first running number of universities, colleges and institutes."""
    firsts, running = {}, np.zeros(3, dtype=int)
    for province in load_provinces().values():
        firsts[province.code] = (int(running[0]), int(running[1]), int(running[2]))
        running += (province.universities, province.colleges, province.institutes)
    return firsts


def _universities(
    province: Province, first: tuple[int, int, int], heads: list[str], numbers: np.random.Generator
) -> list[Institution]:
    made = []
    spread = np.clip(numbers.lognormal(0.0, 0.2, province.universities), 0.6, 1.4)
    doctoral = max(1, round(province.universities * 0.2))
    graduate = max(doctoral, round(province.universities * 0.5))
    for rank in range(province.universities):
        ordinal = first[0] + rank
        name_zh, name_en, focus = invented_name(ordinal, small=rank >= graduate)
        levels = ("2", "3", "4") if rank < doctoral else ("3", "4") if rank < graduate else ("4",)
        code = 19001 + ordinal if ordinal < 999 else 18801 + ordinal - 999
        made.append(
            Institution(
                str(code),
                name_zh,
                name_en,
                province.code,
                "university",
                "",
                levels,
                focus,
                heads[2 * rank],
                heads[2 * rank + 1],
                float(spread[rank] / (rank + 3) ** 0.25),
            )
        )
    return made


def _colleges(
    province: Province, first: tuple[int, int, int], parents: list[Institution]
) -> list[Institution]:
    from pypinyin import lazy_pinyin

    made = []
    for rank in range(province.colleges):
        parent = parents[rank % max(1, len(parents) // 2)]
        stem = _stems()[((first[1] + rank) * 11 + 5) % len(_stems())]
        made.append(
            Institution(
                str(17001 + first[1] + rank),
                f"{parent.name_zh}{stem}学院",
                f"{''.join(lazy_pinyin(stem)).capitalize()} College of {parent.name_en}",
                province.code,
                "independent_college",
                parent.code,
                (),
                parent.focus,
                parent.president,
                parent.chair,
                0.0,
            )
        )
    return made


def _institutes(
    province: Province, first: tuple[int, int, int], heads: list[str], numbers: np.random.Generator
) -> list[Institution]:
    made = []
    doctoral = weighted(numbers, (0.5, 0.5), province.institutes)
    for rank in range(province.institutes):
        ordinal = first[2] + rank
        stem = _stems()[(ordinal * 13 + 3) % len(_stems())]
        field = INSTITUTE_FIELDS[ordinal % len(INSTITUTE_FIELDS)]
        made.append(
            Institution(
                str(88001 + ordinal),
                f"{stem}{field}研究院",
                f"Research Institute {ordinal + 1}",
                province.code,
                "institute",
                "",
                ("2", "3") if doctoral[rank] else ("3",),
                ("07",),
                heads[2 * rank],
                heads[2 * rank + 1],
                0.02,
            )
        )
    return made


def active(institutions: list[Institution], share: float, filings: int | None) -> list[Institution]:
    """Those that file when a province has ``share`` of its real records: all, or the first few."""
    universities = [one for one in institutions if one.kind == "university"]
    institutes = [one for one in institutions if one.kind == "institute"]
    part = min(1.0, max(share, 0.0) ** 0.5)
    wanted = max(2, round(len(universities) * part))
    chosen = _spread(universities, wanted) + institutes[: round(len(institutes) * part + 0.35)]
    return chosen if filings is None else chosen[: max(1, filings)]


def _spread(ranked: list[Institution], wanted: int) -> list[Institution]:
    """``wanted`` of the ranked universities, from all ranks, the first always among them."""
    places = np.linspace(0, len(ranked) - 1, min(wanted, len(ranked))).round().astype(int)
    return [ranked[place] for place in places]
