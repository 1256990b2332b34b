"""What a package, and a zip in it, may hold: sizes, entries, names; what else is unsafe (F13)."""

import stat
import unicodedata
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass

from pipelines.filing.door_rules import Finding, find

METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


@dataclass(frozen=True)
class Limits:
    """What a package may hold: bytes of an entry, of all, entries, and unpacked over packed.

    ``ratio`` counts from ``ratio_from`` bytes on: a short text of one letter packs 1000 to 1.
    A record takes about 350 bytes, so ``file_bytes`` admits some 700,000 records a file.
    """

    file_bytes: int = 256 << 20
    total_bytes: int = 1 << 30
    entries: int = 20_000
    ratio: float = 100.0
    ratio_from: int = 1 << 20


class UnsafeError(ValueError):
    """The package must not be opened, or cannot be; ``finding`` (F13) says why."""

    def __init__(self, zh: str, en: str, file: str | None = None) -> None:
        super().__init__(en)
        self.finding: Finding = find("F13", file=file, reason_zh=zh, reason_en=en)


def check_info(info: zipfile.ZipInfo, limits: Limits) -> None:
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        raise UnsafeError("含有链接或特殊文件", "it holds a link or a special file")
    if info.flag_bits & 0x1:
        raise UnsafeError("压缩包有密码", "the zip is encrypted")
    if info.compress_type not in METHODS:
        raise UnsafeError("压缩方法不受支持", "its compression method is not supported")
    if info.file_size > max(limits.ratio_from, limits.ratio * info.compress_size):
        raise UnsafeError("压缩比异常（疑似压缩炸弹）", "packed far too tightly (a zip bomb?)")


def check_names(names: Iterable[str]) -> None:
    """No name leaves the package, and no two mean one file where case does not count."""
    seen: set[str] = set()
    for name in names:
        parts = name.split("/")
        if (
            ".." in parts
            or "." in parts
            or "" in parts
            or "\\" in name
            or ":" in parts[0]
            or any(ord(char) < 32 or 0xD800 <= ord(char) < 0xE000 for char in name)
        ):
            raise UnsafeError("条目名称不安全", "an entry's name is unsafe")
        folded = unicodedata.normalize("NFC", name).casefold()
        if folded in seen:
            raise UnsafeError("有同名条目", "two entries have the same name")
        seen.add(folded)


def check_sizes(sizes: dict[str, int], limits: Limits) -> None:
    for name, size in sizes.items():
        if size > limits.file_bytes:
            raise too_large(limits.file_bytes, name)
    if sum(sizes.values()) > limits.total_bytes:
        mib = limits.total_bytes >> 20
        raise UnsafeError(f"内容超过 {mib} MiB", f"its content is larger than {mib} MiB")


def too_large(limit: int, name: str) -> UnsafeError:
    mib = limit >> 20
    return UnsafeError(f"文件超过 {mib} MiB", f"a file is larger than {mib} MiB", name)


def too_many(limits: Limits) -> UnsafeError:
    return UnsafeError(
        f"条目超过 {limits.entries} 个", f"it holds more than {limits.entries} entries"
    )
