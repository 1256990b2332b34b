"""Text repairs: each told with before and after; key fields in width and dot only."""

import polars as pl
import pytest

from pipelines.filing.repair import comparable_name, repair

Told = tuple[str, str, str, str | None]


def judge(field: str, value: str) -> tuple[str, list[Told]]:
    """The value as it will be landed, and what is told of it."""
    clean = {"XM": "张三", "MZ": "汉族", "LWTM": "数据质量研究", "ZJHM": "110105200303150011"}
    frame = pl.DataFrame({"line": [2, 3], field: [clean.get(field, ""), value]})
    made, cells = repair(frame)
    told = cells.filter(pl.col("row") == 1)
    assert cells.height == told.height, "the clean cell beside it is left alone"
    return made[field][1], list(told.select("field", "rule_code", "before", "after").iter_rows())


@pytest.mark.parametrize(
    ("field", "before", "after", "rule"),
    [
        ("ZJHM", "１１０１０５２００３０３１５００１Ｘ", "11010520030315001X", "T01"),
        ("XBM", "１", "1", "T01"),
        ("XWLBM", "４０８", "408", "T01"),
        ("LWTM", "ＣＮＮ与２０２６", "CNN与2026", "T01"),
        ("XM", "Ａｎｎａ", "Anna", "T01"),
        *(("XM", f"阿依古丽{dot}买买提", "阿依古丽·买买提", "T02") for dot in "•‧・･∙⋅\u0387．."),
        ("XZXM", "买买提•艾力", "买买提·艾力", "T02"),
        ("DSXM", "甲.乙.丙", "甲·乙·丙", "T02"),
        ("LWTM", "数据\u200b质量", "数据质量", "T03"),
        ("LWTM", "\ufeff数据质量 ", "数据质量", "T03"),
        ("ZYMC", "数学　", "数学", "T03"),
        ("RXNY", "202109 ", "202109", "T03"),
        ("XM", "李\ue81e", "李\u9fb4", "T04"),
        ("DSXM", "王\ue855", "王\U000241fe", "T04"),
        ("LWTM", "\uf9d1书", "六书", "T05"),
        ("MZ", "漢族", "汉族", "T06"),
        ("MZ", "維吾爾族", "维吾尔族", "T06"),
        ("ZYMC", "学科教学(语文)", "学科教学（语文）", "T06"),
    ],
)
def test_repairs(field: str, before: str, after: str, rule: str) -> None:
    made, told = judge(field, before)
    assert made == after
    assert [(row[0], row[1], row[3]) for row in told] == [(field, rule, after)]


def test_before_shows_what_nobody_sees() -> None:
    assert judge("LWTM", " 数据\u200b质量")[1] == [
        ("LWTM", "T03", "⟨ ⟩数据⟨U+200B⟩质量", "数据质量")
    ]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("XM", "张\u200b三"),
        ("XM", " 张三"),
        ("XM", "张　三"),
        ("XM", "\uf9d1三"),
        ("XM", "張三"),
        ("XM", "J. Smith"),
        ("XM", "张三。"),
        ("ZJHM", "11010520030315001x"),
        ("ZJHM", " 110105200303150011"),
        ("XWLB", "工學學士學位"),
        ("XB", "男 "),
        ("LWTM", "研究（一）：方法"),
        ("LWTM", "数据，质量；标准"),
        ("LWTM", "真的吗？？"),
        ("MZ", "火星族"),
        ("BZ", "鍾先生"),
        ("DZYX", "a.b@c.cn"),
        ("LWGJC", ""),
    ],
)
def test_left_alone(field: str, value: str) -> None:
    """Key fields beyond width and dot, ordinary punctuation, texts of no table."""
    assert judge(field, value) == (value, [])


@pytest.mark.parametrize("field", ["XM", "LWTM", "DSXM"])
@pytest.mark.parametrize("char", ["\ue000", "\U000f0001", "\U00100001"])
def test_private_use_characters_are_held_never_guessed(field: str, char: str) -> None:
    value = f"王{char}"
    assert judge(field, value) == (value, [(field, "T08", value, None)])


@pytest.mark.parametrize(
    "value",
    [
        "锟斤拷研究",
        "烫烫烫的研究",
        "题目??研究",
        "数据\ufffd量",
        "深度学习的研究".encode().decode("gb18030", "replace").replace("\ufffd", "?"),
        "数据质量标准".encode().decode("gb18030"),
    ],
)
def test_mojibake_is_recognised(value: str) -> None:
    assert judge("LWTM", value) == (value, [("LWTM", "T09", value, None)])


def test_every_cell_of_a_column_may_need_repair() -> None:
    frame = pl.DataFrame({"XWZSBH": ["１９００１４２０２６０００００１"] * 1000})
    made, cells = repair(frame)
    assert made["XWZSBH"].unique().to_list() == ["1900142026000001"]
    assert cells["row"].to_list() == list(range(1000))


def test_null_columns_and_empty_frames_pass() -> None:
    frame = pl.DataFrame(
        {"XM": [None, None], "MZ": [None, "漢族"]}, schema_overrides={"XM": pl.String}
    )
    made, cells = repair(frame)
    assert made["MZ"].to_list() == [None, "汉族"]
    assert made["XM"].null_count() == 2
    assert cells.height == 1
    assert repair(frame.clear())[1].height == 0


def test_names_are_compared_as_the_register_will_have_them() -> None:
    names = pl.DataFrame({"n": ["阿依•古丽", "阿依·古丽", "Ａ"]})
    assert names.select(comparable_name(pl.col("n")))["n"].to_list() == [
        "阿依·古丽",
        "阿依·古丽",
        "A",
    ]
