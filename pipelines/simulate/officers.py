"""Officers and their Ed25519 keys: collectors, verifiers, submitters, reviewers."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.simulate.institutions import Institution
from pipelines.simulate.names import han_names
from pipelines.simulate.plan import digest, stream

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

VALID_FROM = "2015-01-01"


@dataclass(frozen=True)
class Officer:
    """An officer. ``key_id`` is empty for those who never sign; dates as in the register."""

    officer_id: str
    full_name: str
    organisation: str
    role: str
    key_id: str
    valid_from: str = VALID_FROM
    valid_to: str = ""


def ghost_code(province: str) -> str:
    """An institution that is in no register but has a key: for the fault that needs one."""
    return f"20{province}1"


def officers_of(seed: int, province: str, institutions: list[Institution]) -> list[Officer]:
    """Three people an institution, two reviewers, and the ghost's submitter."""
    filing = [one for one in institutions if one.files]
    names = iter(han_names(stream(seed, "officers", province), 3 * len(filing) + 3))
    made = []
    for one in filing:
        for role in ("collector", "verifier", "submitter"):
            key = submitter_key(one.code) if role == "submitter" else ""
            made.append(Officer(f"{one.code}-{role[0]}1", next(names), one.code, role, key))
    for number in (1, 2):
        key = f"p{province}-r{number}"
        made.append(Officer(key, next(names), f"province:{province}", "reviewer", key))
    ghost = ghost_code(province)
    made.append(Officer(f"{ghost}-s1", next(names), ghost, "submitter", submitter_key(ghost)))
    return made


def national_officers(seed: int) -> list[Officer]:
    """Two reviewers of the national office."""
    names = han_names(stream(seed, "officers", "national"), 2)
    return [
        Officer(f"n-r{number}", name, "national", "reviewer", f"n-r{number}")
        for number, name in enumerate(names, start=1)
    ]


def submitter_key(institution: str) -> str:
    """Key id of an institution's submitter."""
    return f"{institution}-k1"


def private_key(seed: int, key_id: str) -> "Ed25519PrivateKey":
    """The key of that id: derived from the seed, so worth nothing outside a simulation."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.from_private_bytes(digest(f"xuewei-simulate-key/{seed}/{key_id}"))


def write_key(folder: Path, seed: int, key_id: str) -> bytes:
    """Writes ``<key_id>.pem`` (PKCS8, mode 0600); the raw public key."""
    from cryptography.hazmat.primitives import serialization

    key = private_key(seed, key_id)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path = folder / f"{key_id}.pem"
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(pem)
    return key.public_key().public_bytes_raw()
