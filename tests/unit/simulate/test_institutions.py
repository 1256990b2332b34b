"""Institutions are invented, coded in ranges of their own, and the same for every plan."""

from itertools import chain

import pytest

from pipelines.simulate.institutions import Institution, active, build_institutions
from pipelines.simulate.programmes import offers
from pipelines.simulate.volumes import load_provinces

REAL = (
    "北京大学 清华大学 复旦大学 南京大学 浙江大学 "
    "武汉大学 中山大学 四川大学 山东大学 吉林大学 "
    "厦门大学 南开大学 天津大学 同济大学 东南大学 "
    "湖南大学 重庆大学 兰州大学 新疆大学 石河子大学 "
    "江南大学 燕山大学 中国人民大学 北京师范大学 华东师范大学 "
    "西安交通大学 上海交通大学 哈尔滨工业大学 中国科学院大学 大连理工大学 "
    "华南理工大学 中南财经政法大学 西南政法大学 中国农业大学 沧州师范学院 "
    "泽州学院 渤海大学 北京科技大学 首都医科大学 南京艺术学院 "
    "泰山学院 黄山学院 衡水学院 石家庄学院 宁波大学 "
    "苏州大学 "
).split()


@pytest.fixture(scope="module")
def everybody() -> list[Institution]:
    provinces = load_provinces().values()
    return list(chain.from_iterable(build_institutions(3, province) for province in provinces))


def test_no_name_and_no_code_twice_in_the_nation(everybody: list[Institution]) -> None:
    assert len({one.code for one in everybody}) == len(everybody) > 1400
    assert len({one.name_zh for one in everybody}) == len(everybody)
    assert all(len(one.code) == 5 and one.code.isdigit() for one in everybody)


def test_names_are_not_those_of_real_universities(everybody: list[Institution]) -> None:
    names = {one.name_zh for one in everybody}
    assert not names & set(REAL)
    assert not [name for name in names if name[:2] in {real[:2] for real in REAL}]
    assert all(len(name.encode("gbk")) <= 50 for name in names)


def test_every_province_can_grant_every_level(everybody: list[Institution]) -> None:
    for code in load_provinces():
        own = [one for one in everybody if one.province == code]
        assert own[0].levels == ("2", "3", "4")
        parents = {one.code for one in own if one.kind == "university"}
        colleges = [one for one in own if one.kind == "independent_college"]
        assert all(one.parent in parents and not one.files for one in colleges)


def test_a_small_plan_takes_few_and_a_large_one_all() -> None:
    institutions = build_institutions(3, load_provinces()["32"])
    few, most = active(institutions, 0.01, None), active(institutions, 1.0, None)
    assert 2 <= len(few) < 12 < len(most)
    assert set(few) <= set(most)
    assert few[0] == institutions[0]
    assert len(most) == sum(one.files for one in institutions)
    assert len(active(institutions, 1.0, 5)) == 5


def test_offers_are_kept_and_depend_on_the_seed() -> None:
    one = build_institutions(3, load_provinces()["32"])[0]
    first, again, other = offers(3, one), offers(3, one), offers(4, one)
    assert (first["bachelor"].places == again["bachelor"].places).all()
    assert list(first["bachelor"].places) != list(other["bachelor"].places)
