"""Lists of names against the people on file, and each resolution's count."""

import hashlib

import pytest

from tests.unit.filing.at_the_door import look
from tests.unit.filing.packages import NUMBER, RESOLUTION, draft, make_home, record, table

OTHER = "校学位〔2026〕2号"


@pytest.fixture
def home(tmp_path):
    return make_home(tmp_path / "home")


def listed(*names):
    return "姓名,学位类别\n" + "".join(f"{name},工学硕士\n" for name in names)


def filed(people, *lists, numbers=None):
    """A filing of ``people`` with one resolution a list (text, bytes, or None for no list)."""
    numbers = numbers or [NUMBER] * len(people)
    rows = [
        record(place, XM=name, JYBH=number)
        for place, (name, number) in enumerate(zip(people, numbers, strict=True), 1)
    ]
    made = draft(table(rows), rows=len(rows))
    first = made.manifest["resolutions"][0]
    made.manifest["resolutions"] = []
    for place, text in enumerate(lists):
        number = (NUMBER, OTHER)[place]
        one = {**first, "number": number, "headcount": len(people) if len(lists) == 1 else 0}
        if text is not None:
            data = text if isinstance(text, bytes) else text.encode()
            path = f"resolution-names-{place}.csv"
            made.files[path] = data
            one["names"] = {"file": path, "sha256": hashlib.sha256(data).hexdigest()}
        made.manifest["resolutions"].append(one)
    if len(lists) > 1:
        for one in made.manifest["resolutions"]:
            one["headcount"] = numbers.count(one["number"])
    assert made.files["resolution.pdf"] == RESOLUTION
    return made


def test_everybody_is_on_the_list(home):
    seen = look(home, filed(["李雷", "韩梅梅", "李雷"], listed("韩梅梅", "李雷", "李雷")))
    assert (seen.codes, seen.cells) == ([], [])


def test_who_is_not_on_the_list(home):
    seen = look(home, filed(["李雷", "韩梅梅"], listed("李雷", "张三")))
    assert seen.cells == [("records-M1.csv", 1, "XM", "R40")]
    assert seen.about("R40") == ["1 people on the resolutions' lists have no record"]
    assert not any(name in seen.said() for name in ("李雷", "韩梅梅", "张三"))


def test_more_records_than_the_list_has_of_a_name(home):
    seen = look(home, filed(["李雷", "李雷", "李雷"], listed("李雷", "李雷")))
    assert seen.cells == [("records-M1.csv", 2, "XM", "R40")]
    assert seen.codes == []


def test_people_without_a_record_are_counted(home):
    seen = look(home, filed(["李雷"], listed("李雷", "李雷", "张三")))
    assert seen.cells == []
    assert seen.about("R40") == ["2 people on the resolutions' lists have no record"]


@pytest.mark.parametrize(
    ("on_file", "on_list"),
    [
        ("阿里木·买买提", "阿里木•买买提"),
        ("阿里木‧买买提", "阿里木·买买提"),
        (" 李雷", "李雷 "),
        ("KIM MIN", "ＫＩＭ MIN"),
    ],
)
def test_dot_width_and_outer_blanks_are_no_difference(home, on_file, on_list):
    seen = look(home, filed([on_file], listed(on_list)))
    assert (seen.codes, seen.cells) == ([], [])


def test_a_blank_or_unreadable_name_explains_a_listed_one(home):
    assert look(home, filed(["李雷", ""], listed("李雷", "张三"))).codes == []


@pytest.mark.parametrize(
    "data",
    [
        ("\ufeff" + listed("李雷")).encode(),
        listed("李雷").replace("\n", "\r\n").encode(),
        '"姓名","学位类别"\r\n"李雷","工学,硕士"\r\n'.encode(),
        (listed("李雷") + "\n\n").encode(),
        listed("李雷").rstrip().encode(),
    ],
    ids=["BOM", "CR LF", "quotes", "blank lines", "no last line end"],
)
def test_lists_as_spreadsheets_write_them(home, data):
    seen = look(home, filed(["李雷"], data))
    assert (seen.codes, seen.cells) == ([], [])


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (listed("李雷").encode("gb18030"), "it is not UTF-8"),
        (listed("李雷").encode("utf-16"), "it is not UTF-8"),
        (b"", "no CSV"),
        ("姓名\n李雷\n".encode(), "its header should be"),
        ("学位类别,姓名\n工学,李雷\n".encode(), "its header should be"),
        ("姓名,姓名\n李雷,李雷\n".encode(), ""),
        ("李雷,工学硕士\n".encode(), "its header should be"),
        ("姓名,学位类别\n李雷,工学,硕士,x\n".encode(), "no CSV"),
        ('姓名,学位类别\n"李雷,工学\n'.encode(), "do not pair"),
        (b"PK\x03\x04\x00\x00", ""),
        (b"\x00" * 1000, ""),
    ],
    ids=[
        "GB18030", "UTF-16", "empty", "one column", "other order", "same column twice",
        "no header", "more columns", "open quote", "zip", "NUL",
    ],
)  # fmt: skip
def test_a_list_that_cannot_be_used_is_told_and_blocks_nothing(home, data, told):
    seen = look(home, filed(["李雷"], data))
    assert seen.codes == ["R40"]
    assert seen.cells in ([], [("records-M1.csv", 0, "XM", "R40")])
    assert told in seen.about("R40")[0]
    assert seen.findings[0].severity == "warning"
    assert "李雷" not in seen.said()


def test_a_formula_on_a_list_is_only_a_name(home):
    seen = look(home, filed(["李雷"], listed("李雷", '"=HYPERLINK(""x"")"', "@SUM(1)")))
    assert seen.about("R40") == ["2 people on the resolutions' lists have no record"]
    assert "HYPERLINK" not in seen.said()


def test_a_list_that_is_not_there_or_was_changed(home):
    made = filed(["李雷"], listed("李雷"))
    made.files["resolution-names-0.csv"] += "张三,工学\n".encode()
    assert look(home, made).codes == ["F04", "R40"]
    del made.files["resolution-names-0.csv"]
    assert look(home, made).codes == ["F03"]


def test_two_lists_are_compared_together(home):
    people, numbers = ["李雷", "韩梅梅", "张三"], [NUMBER, OTHER, OTHER]
    seen = look(home, filed(people, listed("李雷", "张三"), listed("韩梅梅"), numbers=numbers))
    assert (seen.codes, seen.cells) == ([], [])


def test_where_one_resolution_has_no_list_only_the_others_people_are_compared(home):
    people, numbers = ["李雷", "韩梅梅", "张三"], [NUMBER, NUMBER, OTHER]
    seen = look(home, filed(people, listed("李雷", "王五"), None, numbers=numbers))
    assert seen.cells == [("records-M1.csv", 1, "XM", "R40")]
    assert seen.about("R40") == ["1 people on the resolutions' lists have no record"]


def test_one_list_for_two_resolutions_counts_once(home):
    people, numbers = ["李雷", "韩梅梅"], [NUMBER, OTHER]
    made = filed(people, listed("李雷", "韩梅梅"), None, numbers=numbers)
    first, second = made.manifest["resolutions"]
    second["names"] = first["names"]
    seen = look(home, made)
    assert (seen.codes, seen.cells) == ([], [])


def test_each_resolutions_count(home):
    made = filed(["李雷", "韩梅梅", "张三"], None, None, numbers=[NUMBER, OTHER, OTHER])
    assert look(home, made).codes == []
    first, second = made.manifest["resolutions"]
    first["headcount"], second["headcount"] = 2, 1
    seen = look(home, made)
    assert seen.about("R40") == [
        "resolution 1 names 2 people, 1 records bear its number",
        "resolution 2 names 1 people, 2 records bear its number",
    ]
    second["headcount"] = 2
    assert look(home, made).codes == ["R23"], "a wrong total is told once"


def test_records_without_a_known_number_may_belong_to_any_resolution(home):
    numbers = [NUMBER, "", "校学位〔2026〕9号"]
    made = filed(["李雷", "韩梅梅", "张三"], None, None, numbers=numbers)
    first, second = made.manifest["resolutions"]
    first["headcount"], second["headcount"] = 2, 1
    assert look(home, made).codes == []
    first["headcount"], second["headcount"] = 0, 3
    assert look(home, made).codes == ["R40", "R40"]
