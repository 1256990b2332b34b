"""Ed25519 signatures over the canonical JSON of a manifest (Art. 15), and the keys they need."""

import base64
import binascii
import json
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from pipelines.errors import BadInputError, MissingInputError, NotAllowedError

ALGORITHM = "ed25519"


def canonical_json(obj: Any) -> bytes:
    """Sorted keys, no spaces, UTF-8, no NaN: equal objects give equal bytes (ValueError if not)."""
    text = json.dumps(
        obj, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    return text.encode("utf-8")


def unsigned(manifest: dict[str, Any]) -> dict[str, Any]:
    """The manifest without its signature: what is signed."""
    return {name: value for name, value in manifest.items() if name != "signature"}


def sign(manifest: dict[str, Any], key: Ed25519PrivateKey, key_id: str) -> dict[str, Any]:
    """A copy of the manifest with its signature by ``key``, known in the register as ``key_id``."""
    rest = unsigned(manifest)
    value = base64.b64encode(key.sign(canonical_json(rest))).decode("ascii")
    return {**rest, "signature": {"key": key_id, "algorithm": ALGORITHM, "value": value}}


def verify(manifest: dict[str, Any], public_key: bytes) -> bool:
    """Whether that key (32 raw bytes) signed exactly this content."""
    signature = manifest.get("signature")
    if not isinstance(signature, dict) or signature.get("algorithm") != ALGORITHM:
        return False
    try:
        value = base64.b64decode(str(signature.get("value")), validate=True)
        Ed25519PublicKey.from_public_bytes(public_key).verify(
            value, canonical_json(unsigned(manifest))
        )
    except (binascii.Error, ValueError, InvalidSignature):
        return False
    return True


def load_private_key(path: Path, passphrase: str | None = None) -> Ed25519PrivateKey:
    """The private key of a PKCS8 PEM file, encrypted with ``passphrase`` or not at all."""
    try:
        pem = path.read_bytes()
    except OSError:
        raise MissingInputError(
            f"the key file {path.name} cannot be read",
            "a private key in PKCS8 PEM",
            "give the path of your key file with --key",
        ) from None
    try:
        key = load_pem_private_key(pem, passphrase.encode() if passphrase else None)
    except TypeError:
        raise NotAllowedError(
            f"the key file {path.name} {'has no' if passphrase else 'needs a'} passphrase",
            "a passphrase exactly when the key is encrypted",
        ) from None
    except (ValueError, UnsupportedAlgorithm):
        if passphrase:
            raise NotAllowedError(
                f"the key file {path.name} does not open with this passphrase",
                "the passphrase that the key was encrypted with",
            ) from None
        raise BadInputError(
            f"{path.name} is not a private key", "an Ed25519 private key in PKCS8 PEM"
        ) from None
    if not isinstance(key, Ed25519PrivateKey):
        raise BadInputError(f"{path.name} holds another kind of key", "an Ed25519 private key")
    return key


def public_bytes(key: Ed25519PrivateKey) -> bytes:
    """The raw 32 bytes of the public key that belongs to ``key``."""
    return key.public_key().public_bytes_raw()
