"""The office's settings for the door and the examination: ``reference/examination.toml``.

A home without the file has the defaults. A section or a name that is not known is an error: a
misspelt setting that is passed over in silence would be believed to hold.
"""

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from pipelines.errors import BadInputError
from pipelines.home import Home

FILE = "examination.toml"
WHEN_SENT, REQUIRED = "when_sent", "required"
LONGEST_DISCLOSURE = 365


@dataclass(frozen=True)
class Settings:
    """What an office may decide for itself.

    ``photos``: compared where they are sent (``when_sent``), or ``required`` of every filing.
    ``disclosure_days``: how many days, both ends counted, the internal disclosure lasts at least.
    """

    photos: str = WHEN_SENT
    disclosure_days: int = 0


def load_settings(home: Home) -> Settings:
    """The home's settings; BadInputError names the setting that is wrong."""
    sections = read_sections(home, FILE, _KNOWN)
    return Settings(photos=_photos(sections), disclosure_days=_disclosure_days(sections))


_KNOWN = {"photos": ("policy",), "disclosure": ("minimum_days",)}


def read_sections(
    home: Home, file: str, known: Mapping[str, Collection[str]]
) -> dict[str, dict[str, Any]]:
    """Sections of a TOML file in the reference folder; none where it is missing.

    BadInputError for what cannot be read, and for a section or name that is not ``known``: a
    misspelt setting that is passed over in silence would be believed to hold.
    """
    try:
        data = (home.reference / file).read_bytes()
    except FileNotFoundError:
        return {}
    try:
        sections = tomllib.loads(data.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        reason = "not UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)
        raise BadInputError(
            f"{file} in the reference folder cannot be read: {reason}", "TOML in UTF-8"
        ) from None
    for name, section in sections.items():
        if name not in known or not isinstance(section, dict):
            listed = " ".join(f"[{one}]" for one in known)
            raise wrong_setting(file, f"[{name}] is no section", listed)
        if unknown := sorted(set(section) - set(known[name])):
            listed = ", ".join(sorted(known[name]))
            raise wrong_setting(file, f"[{name}] {unknown[0]} is no setting", listed)
    return sections


def wrong_setting(file: str, found: str, expected: str) -> BadInputError:
    """The error for a setting that is off."""
    return BadInputError(f"{file}: {found}", expected, f"correct reference/{file}")


def _photos(sections: dict[str, Any]) -> str:
    policy = sections.get("photos", {}).get("policy", WHEN_SENT)
    if policy not in (WHEN_SENT, REQUIRED):
        raise wrong_setting(FILE, "[photos] policy is off", f'"{WHEN_SENT}" or "{REQUIRED}"')
    return str(policy)


def _disclosure_days(sections: dict[str, Any]) -> int:
    days = sections.get("disclosure", {}).get("minimum_days", 0)
    if type(days) is not int or not 0 <= days <= LONGEST_DISCLOSURE:
        raise wrong_setting(
            FILE,
            "[disclosure] minimum_days is off",
            f"a whole number from 0 to {LONGEST_DISCLOSURE}",
        )
    return days
