"""A filing package as it lies there, a folder or a zip, looked at safely.

Nothing is ever unpacked to disk: entries are read by their listed name into memory, at most
``Limits.file_bytes`` of them, whatever their headers say. A zip in a zip stays a file.
"""

import io
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import IO

from pipelines.filing.limits import (
    Limits,
    UnsafeError,
    check_info,
    check_names,
    check_sizes,
    too_large,
    too_many,
)

CHUNK = 1 << 20
MANIFEST = "manifest.json"
MAX_MANIFEST = 4 << 20
DIRECTORY_BYTES_PER_ENTRY = 1000
LITTER = (".DS_Store", "Thumbs.db", "desktop.ini")
DEEPEST = 20


DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    RuntimeError,
    NotImplementedError,
)


def folder_names(root: Path, limits: Limits) -> list[str]:
    """The files of a folder; UnsafeError for a link or a device in it, or too much."""
    sizes: dict[str, int] = {}
    try:
        _walk(root, "", sizes, limits)
    except OSError:
        raise UnsafeError("文件夹不可读", "the folder cannot be read") from None
    check_names(sizes)
    check_sizes(sizes, limits)
    return list(sizes)


def _walk(folder: Path, prefix: str, sizes: dict[str, int], limits: Limits) -> None:
    for path in sorted(folder.iterdir()):
        name = f"{prefix}{path.name}"
        status = path.lstat()
        if stat.S_ISREG(status.st_mode):
            sizes[name] = status.st_size
        elif not stat.S_ISDIR(status.st_mode):
            raise UnsafeError("含有链接或特殊文件", "it holds a link or a special file")
        elif name.count("/") >= DEEPEST:
            raise UnsafeError("文件夹层次过深", "folders are nested too deep")
        else:
            _walk(path, f"{name}/", sizes, limits)
        if len(sizes) > limits.entries:
            raise too_many(limits)


class ZipPackage:
    """A zip, of the folder's content or of the folder itself (its name is then left out)."""

    def __init__(self, archive: zipfile.ZipFile, packed: int, limits: Limits) -> None:
        self.archive, self.limits = archive, limits
        infos = [info for info in archive.infolist() if not info.is_dir()]
        if len(infos) > limits.entries:
            raise too_many(limits)
        names = [_entry_name(info) for info in infos]
        for info in infos:
            check_info(info, limits)
        if sum(info.compress_size for info in infos) > packed:
            raise UnsafeError("压缩条目相互重叠", "entries of the zip overlap")
        check_names(names)
        prefix = _top_folder(names)
        self._infos = {
            name.removeprefix(prefix): info for name, info in zip(names, infos, strict=True)
        }
        self.sizes = {name: info.file_size for name, info in self._infos.items()}
        check_sizes(self.sizes, limits)

    def read(self, name: str) -> bytes:
        return self.bytes_of(self.archive, self._infos[name], self.limits.file_bytes, name)

    def ends(self, name: str, length: int) -> tuple[bytes, bytes]:
        """The entry's first and last ``length`` bytes, unpacked piece by piece and checked."""
        head, tail, size = b"", b"", 0
        try:
            with self.archive.open(self._infos[name]) as file:
                while part := file.read(CHUNK):
                    head = head if size else part[:length]
                    tail = (tail + part)[-length:]
                    size += len(part)
                    if size > self.limits.file_bytes:
                        raise too_large(self.limits.file_bytes, name)
        except DAMAGED:
            raise UnsafeError("压缩条目已损坏", "an entry of the zip is damaged", name) from None
        return head, tail

    @staticmethod
    def bytes_of(archive: zipfile.ZipFile, info: zipfile.ZipInfo, limit: int, name: str) -> bytes:
        """The entry's bytes, at most ``limit``; UnsafeError when it is larger or damaged."""
        try:
            with archive.open(info) as file:
                return _read_at_most(file, limit, name)
        except DAMAGED:
            raise UnsafeError("压缩条目已损坏", "an entry of the zip is damaged", name) from None


@contextmanager
def open_zip_package(path: Path, limits: Limits) -> Iterator[ZipPackage]:
    """The zip at ``path``; UnsafeError when its form alone forbids to read it."""
    with _open_zip(path, limits) as archive:
        yield ZipPackage(archive, path.stat().st_size, limits)


@contextmanager
def open_inner_zip(data: bytes, limits: Limits) -> Iterator[ZipPackage]:
    """A zip that lies in a package, under the same limits; UnsafeError as for the package."""
    with _open_zip(io.BytesIO(data), limits) as archive:
        yield ZipPackage(archive, len(data), limits)


def peek_manifest(path: Path, limits: Limits) -> bytes | None:
    """The manifest's bytes, also of a package that is unsafe otherwise; None if it has none.

    Reads nothing else, and at most ``MAX_MANIFEST`` bytes. UnsafeError when the package is no
    readable zip or its manifest is no plain file of a plausible size.
    """
    if path.is_dir():
        return _peek_folder(path / MANIFEST)
    with _open_zip(path, limits) as archive:
        found = [info for info in archive.infolist() if _is_manifest(info.filename)]
        if not found:
            return None
        info = min(found, key=lambda one: (one.filename.count("/"), one.filename))
        return ZipPackage.bytes_of(archive, info, MAX_MANIFEST, MANIFEST)


def _is_manifest(name: str) -> bool:
    folder, _, last = name.rpartition("/")
    return last == MANIFEST and "/" not in folder and folder not in ("..", "__MACOSX")


def _peek_folder(path: Path) -> bytes | None:
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            raise UnsafeError("含有链接或特殊文件", "it holds a link or a special file", MANIFEST)
        with path.open("rb") as file:
            return _read_at_most(file, MAX_MANIFEST, MANIFEST)
    except FileNotFoundError:
        return None
    except OSError:
        raise UnsafeError("文件不可读", "a file cannot be read", MANIFEST) from None


@contextmanager
def _open_zip(source: Path | io.BytesIO, limits: Limits) -> Iterator[zipfile.ZipFile]:
    try:
        if _directory_bytes(source) > limits.entries * DIRECTORY_BYTES_PER_ENTRY:
            raise too_many(limits)
        archive = zipfile.ZipFile(source)
    except UnsafeError:
        raise
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, struct.error):
        raise UnsafeError("不是可读的 zip 文件", "not a zip that can be read") from None
    with archive:
        yield archive


def _directory_bytes(source: Path | io.BytesIO) -> int:
    """Bytes of a zip's central directory by its end record, 0 when there is none.

    Asked before zipfile reads the directory: ten million entries would take gigabytes.
    """
    with source.open("rb") if isinstance(source, Path) else nullcontext(source) as file:
        size = file.seek(0, io.SEEK_END)
        file.seek(max(0, size - (1 << 16) - 100))
        tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0:
        return 0
    length: int = struct.unpack_from("<L", tail, at + 12)[0]
    large = tail.rfind(b"PK\x06\x06", 0, at)
    return max(length, struct.unpack_from("<Q", tail, large + 40)[0] if large >= 0 else 0)


def is_litter(name: str) -> bool:
    """Files that operating systems leave in folders and zips: nobody needs to hear of them."""
    return name.startswith("__MACOSX/") or name.rpartition("/")[2] in LITTER


def by_composed_name(names: Iterable[str]) -> dict[str, str]:
    """Entries by their composed (NFC) name, as manifests may say them: macOS decomposes names."""
    return {unicodedata.normalize("NFC", name): name for name in names}


def _read_at_most(file: IO[bytes], limit: int, name: str) -> bytes:
    parts, size = [], 0
    while part := file.read(CHUNK):
        size += len(part)
        if size > limit:
            raise too_large(limit, name)
        parts.append(part)
    return b"".join(parts)


def _entry_name(info: zipfile.ZipInfo) -> str:
    """The entry's name: without the UTF-8 flag the bytes are the sender's, GBK on Windows.

    Packers on macOS write UTF-8 without the flag; text with characters beyond U+07FF that is
    valid UTF-8 is not GBK by chance.
    """
    name = info.orig_filename
    if info.flag_bits & 0x800 or name.isascii():
        return name
    try:
        raw = name.encode("cp437")
    except UnicodeEncodeError:
        return name
    for codec in ("utf-8", "gb18030"):
        try:
            decoded = raw.decode(codec)
        except UnicodeDecodeError:
            continue
        if codec == "gb18030" or any(char > "\u07ff" for char in decoded):
            return decoded
    return name


def _top_folder(names: list[str]) -> str:
    """``folder/`` when the zip holds one folder with the manifest in it, else nothing."""
    if MANIFEST in names:
        return ""
    tops = {name.partition("/")[0] for name in names if not is_litter(name)}
    top = f"{next(iter(tops))}/" if len(tops) == 1 else ""
    return top if top and f"{top}{MANIFEST}" in names else ""
