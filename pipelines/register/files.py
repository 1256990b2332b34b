"""Files of the register's acts: written whole or not at all, hashed, sealed."""

import hashlib
import json
import os
from pathlib import Path
from typing import Any

SEALED = 0o444
PRIVATE = 0o700


def sha256_of(path: Path) -> str:
    """SHA-256 of the file's bytes, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_whole(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Writes under a temporary name in the same folder, syncs, renames."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=PRIVATE)
    part = path.with_name(f".tmp-{os.getpid()}-{path.name}")
    with part.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    part.chmod(mode)
    part.replace(path)
    sync_folder(path.parent)


def write_json(path: Path, content: Any, mode: int = 0o600) -> None:
    """``content`` as JSON with sorted keys, written whole."""
    text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    write_whole(path, text.encode(), mode)


def seal(path: Path) -> None:
    """Syncs a finished file and takes its write permission."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
    path.chmod(SEALED)


def sync_folder(path: Path) -> None:
    """Makes a rename in the folder last."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def folders(path: Path) -> list[Path]:
    """Finished folders below ``path``, by name; half-written ones (``.tmp-``) are left out."""
    if not path.is_dir():
        return []
    return sorted(p for p in path.iterdir() if p.is_dir() and not p.name.startswith("."))
