"""The office's settings: defaults, and what is misspelt is refused."""

import pytest

from pipelines.errors import BadInputError
from pipelines.filing.settings import Settings, load_settings
from pipelines.home import Home
from tests.unit.filing.packages import draft, make_home, take_in


@pytest.fixture
def home(tmp_path):
    return make_home(tmp_path / "home")


def write(home: Home, text: str | bytes) -> Home:
    data = text.encode() if isinstance(text, str) else text
    (home.reference / "examination.toml").write_bytes(data)
    return home


def test_without_a_file_the_defaults_hold(home):
    assert load_settings(home) == Settings("when_sent", 0)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Settings()),
        ("[photos]\n", Settings()),
        ('[photos]\npolicy = "required"\n', Settings("required")),
        ("[disclosure]\nminimum_days = 5\n", Settings(disclosure_days=5)),
        ('\ufeff# 设置\n[photos]\npolicy = "when_sent"\n', Settings()),
    ],
)
def test_what_an_office_may_set(home, text, expected):
    assert load_settings(write(home, text)) == expected


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[photos\n", "cannot be read"),
        (b"\xd5\xd5\xc6\xac", "not UTF-8"),
        ('[photo]\npolicy = "required"\n', "[photo]"),
        ('photos = "required"\n', "[photos]"),
        ('[photos]\npolice = "required"\n', "police"),
        ('[photos]\npolicy = "always"\n', "policy"),
        ("[photos]\npolicy = true\n", "policy"),
        ("[disclosure]\nminimum_days = -1\n", "minimum_days"),
        ("[disclosure]\nminimum_days = 1.5\n", "minimum_days"),
        ("[disclosure]\nminimum_days = true\n", "minimum_days"),
        ("[disclosure]\nminimum_days = 10000\n", "minimum_days"),
    ],
)
def test_what_is_off_is_named(home, text, told):
    with pytest.raises(BadInputError) as error:
        load_settings(write(home, text))
    assert told in str(error.value)


def test_a_landing_uses_them_and_lands_nothing_with_a_bad_file(home):
    draft().folder(home.inbox)
    write(home, "[photos]\npolicy = 1\n")
    with pytest.raises(BadInputError):
        take_in(home)
    write(home, '[photos]\npolicy = "required"\n')
    outcome = take_in(home)
    assert outcome.codes() == ["R37"]
