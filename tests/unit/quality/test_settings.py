"""The office's settings for bands: defaults, and what is misspelt is refused."""

import re
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest

from pipelines.errors import BadInputError
from pipelines.home import Home
from pipelines.quality import settings
from pipelines.quality.settings import QualitySettings, load_quality_settings


@pytest.fixture
def home(tmp_path) -> Home:
    return Home.at(tmp_path / "home").make()


def write(home: Home, text: str | bytes) -> Home:
    data = text.encode() if isinstance(text, str) else text
    (home.reference / "quality.toml").write_bytes(data)
    return home


def test_without_a_file_the_defaults_hold(home):
    assert load_quality_settings(home) == QualitySettings()


def test_the_documented_file_is_the_defaults(home):
    """What the module's docstring shows can be copied, and tells the truth."""
    documented = settings.__doc__.partition("::\n")[2]
    text = re.sub(r"^    ", "", documented, flags=re.MULTILINE)
    assert load_quality_settings(write(home, text)) == QualitySettings()
    assert text.count("=") == len(QualitySettings.__dataclass_fields__)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", QualitySettings()),
        ("[bands]\n", QualitySettings()),
        ("[history]\nsemesters = 3\n", QualitySettings(history_semesters=3)),
        ("[bands]\nfar = 4\nnoise = 2.5\n", QualitySettings(bands_far=4.0, bands_noise=2.5)),
        ("\ufeff# 设置\n[floors]\nshare = 0.03\n", QualitySettings(floors_share=0.03)),
        (
            "[drift]\nlargest = 0.2\n",
            QualitySettings(drift_largest=0.2),
        ),
    ],
)
def test_what_an_office_may_set(home, text, expected):
    assert load_quality_settings(write(home, text)) == expected


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[bands\n", "cannot be read"),
        (b"\xd5\xd5\xc6\xac", "not UTF-8"),
        ("[band]\nfar = 2\n", "[band]"),
        ("bands = 2\n", "[bands]"),
        ("[bands]\nfarr = 2\n", "farr"),
        ("[bands]\nfar = '2'\n", "far"),
        ("[bands]\nfar = true\n", "far"),
        ("[bands]\nfar = nan\n", "far"),
        ("[bands]\nfar = inf\n", "far"),
        ("[bands]\nfar = 0\n", "far"),
        ("[history]\nsemesters = 0\n", "semesters"),
        ("[history]\nsemesters = 2.0\n", "semesters"),
        ("[history]\nsemesters = 1000\n", "semesters"),
        ("[floors]\nshare = -0.1\n", "share"),
        ("[drift]\nlargest = 0\n", "largest"),
    ],
)
def test_what_is_off_is_named(home, text, told):
    with pytest.raises(BadInputError) as error:
        load_quality_settings(write(home, text))
    assert told in str(error.value)
    assert "quality.toml" in str(error.value)


def test_the_guide_lists_every_setting_with_its_default(home: Home, project: Path) -> None:
    guide = (project / "docs" / "quality.md").read_text(encoding="utf-8")
    text = guide.split("```toml\n")[1].split("```")[0]
    told = {f"{section}_{name}" for section, table in tomllib.loads(text).items() for name in table}
    assert told == {field.name for field in fields(QualitySettings)}
    assert load_quality_settings(write(home, text)) == QualitySettings()
