"""Bytes of a record file as UTF-8, the encoding that they are really in, and what is damaged.

Line ends become LF (CR LF, CR and mixtures of them end lines in spreadsheets too); a byte order
mark and an end-of-file mark of DOS (0x1A) go. Python's ``gb18030`` codec is used, never ``gbk``,
which lacks the rare characters of names.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

UTF8, UTF8_BOM, GB18030, UTF16 = "utf-8", "utf-8-sig", "gb18030", "utf-16"
_FAMILIES = {
    **dict.fromkeys(("utf-8", "utf8", "utf-8-sig", "utf_8", "utf8bom"), UTF8),
    **dict.fromkeys(("gb18030", "gbk", "gb2312", "cp936", "ansi"), GB18030),
    **dict.fromkeys(("utf-16", "utf16", "utf-16le", "utf-16-le", "unicode"), UTF16),
}
_BINARY = {
    b"PK\x03\x04": "zip/xlsx",
    b"\xd0\xcf\x11\xe0": "ole/xls",
    b"PAR1": "parquet",
    b"%PDF": "pdf",
    b"\xff\xd8\xff": "jpeg",
    b"\x1f\x8b": "gzip",
}
SAMPLE = 256 << 10
MOSTLY = 0.2
"""Share of damaged non-ASCII bytes above which a file is not in the encoding tried."""

_MARKS_16 = (b"\xff\xfe", b"\xfe\xff")
_HALF = "\udc00".encode("utf-8", "surrogatepass")
_REPLACEMENT = np.frombuffer("\ufffd".encode(), np.uint8)


@dataclass(frozen=True)
class Text:
    """A decoded file. ``data`` is UTF-8 with LF only; ``damaged`` holds the offsets in it of
    U+FFFD put where bytes could not be decoded. ``data`` is None for what is no text at all."""

    data: bytes | None
    found: str
    damaged: NDArray[np.int64]

    def agrees(self, declared: str | None) -> bool:
        """Whether the file is in the encoding that was declared for it."""
        return self.data is not None and family(declared) == family(self.found)


def family(name: str | None) -> str | None:
    """``utf-8``, ``gb18030`` or ``utf-16`` for an encoding's usual names, None for any other."""
    return _FAMILIES.get((name or "").strip().lower())


def decode(raw: bytes, declared: str | None) -> Text:
    """Decodes ``raw`` in the encoding that it is in, which need not be the ``declared`` one."""
    none = np.empty(0, np.int64)
    foreign = _not_text(raw)
    if foreign:
        return Text(None, foreign, none)
    if raw.startswith(_MARKS_16):
        return _decode_utf16(raw)
    marked = raw.startswith(b"\xef\xbb\xbf")
    body = _plain_line_ends(raw[3:] if marked else raw)
    wanted = None if family(declared) == UTF16 else family(declared)
    if body.isascii():
        return Text(body, UTF8_BOM if marked else wanted or UTF8, none)
    wanted = UTF8_BOM if marked else wanted
    if is_utf8(body) and (named := _name_utf8(body, wanted)) != GB18030:
        return Text(body, named, none)
    if wanted == GB18030:
        text = _strictly(body, GB18030)
        if text is not None:
            return Text(text, GB18030, none)
    found = UTF8_BOM if marked else _less_damaged(body, wanted)
    text = _strictly(body, GB18030) if found == GB18030 else None
    if text is not None:
        return Text(text, found, none)
    return Text(*_decode_damaged(body, family(found) or UTF8, found))


def _strictly(body: bytes, codec: str) -> bytes | None:
    try:
        return body.decode(codec).encode()
    except UnicodeDecodeError:
        return None


def is_utf8(body: bytes) -> bool:
    """Whether ``body`` is valid UTF-8. Polars validates four times faster than Python decodes."""
    try:
        pl.Series([body], dtype=pl.Binary).cast(pl.String)
    except pl.exceptions.PolarsError:
        return False
    return True


def _not_text(raw: bytes) -> str | None:
    for magic, name in _BINARY.items():
        if raw.startswith(magic):
            return name
    if raw.startswith((b"\xff\xfe\0\0", b"\0\0\xfe\xff")):
        return "utf-32"
    if raw.startswith(_MARKS_16):
        return None
    sample = raw[:SAMPLE]
    if sample.count(0) > len(sample) // 10:
        return "utf-16/binary"
    return None


def _decode_utf16(raw: bytes) -> Text:
    """Text of spreadsheets' "Unicode text", which begins with a byte order mark."""
    codec = "utf-16-le" if raw.startswith(_MARKS_16[0]) else "utf-16-be"
    whole = len(raw) - len(raw) % 2
    try:
        # half of a surrogate pair passes, and is then marked as what cannot be decoded
        text = raw[2:whole].decode(codec, "surrogatepass").encode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        text = raw[2:whole].decode(codec, "replace").encode()
    if whole < len(raw):
        text += _HALF
    return Text(*_mark_surrogates(_plain_line_ends(text), UTF16))


def _plain_line_ends(raw: bytes) -> bytes:
    if raw.endswith(b"\x1a"):
        raw = raw.rstrip(b"\x1a")
    if b"\r" in raw:
        raw = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return raw


def _name_utf8(body: bytes, wanted: str | None) -> str:
    """The encoding of valid UTF-8 that is not all ASCII.

    A short GBK text may be valid UTF-8 by chance, but only as characters below U+0800; Han
    characters in UTF-8 need lead bytes from 0xE0 on.
    """
    if wanted == GB18030 and not (np.frombuffer(body, np.uint8) >= 0xE0).any():
        return GB18030
    return UTF8_BOM if wanted == UTF8_BOM else UTF8


def _less_damaged(body: bytes, wanted: str | None) -> str:
    """The encoding of a text that is neither valid UTF-8 nor, where wanted, valid GB18030."""
    first = int(np.argmax(np.frombuffer(body, np.uint8) >= 0x80))
    sample = body[first : first + SAMPLE]
    as_utf8, as_gb18030 = _damage(sample, UTF8), _damage(sample, GB18030)
    if wanted == GB18030:
        return UTF8 if as_utf8 < MOSTLY / 10 and as_utf8 < as_gb18030 else GB18030
    return GB18030 if as_utf8 > MOSTLY and as_gb18030 < as_utf8 else UTF8


def _damage(sample: bytes, codec: str) -> float:
    """Undecodable places a non-ASCII byte, 0 to 1."""
    high = int(np.count_nonzero(np.frombuffer(sample, np.uint8) >= 0x80))
    bad = sample.decode(codec, "replace").count("\ufffd") - sample.count(b"\xef\xbf\xbd")
    return max(bad, 0) / high


def decode_marked(body: bytes, codec: str) -> tuple[bytes, NDArray[np.int64]]:
    """``body`` as UTF-8 with U+FFFD for each byte that cannot be decoded, and where those stand."""
    strict = body if codec == UTF8 and is_utf8(body) else None
    strict = _strictly(body, codec) if codec != UTF8 else strict
    if strict is not None:
        return strict, np.empty(0, np.int64)
    text, _, bad = _decode_damaged(body, codec, codec)
    return text, bad


def _decode_damaged(body: bytes, codec: str, found: str) -> tuple[bytes, str, NDArray[np.int64]]:
    """Lone surrogates mark the bad bytes on their way through; U+FFFD has the same length."""
    text = body.decode(codec, "surrogateescape").encode("utf-8", "surrogatepass")
    return _mark_surrogates(text, found)


def _mark_surrogates(text: bytes, found: str) -> tuple[bytes, str, NDArray[np.int64]]:
    octets = np.frombuffer(text, np.uint8).copy()
    bad = np.flatnonzero((octets[:-2] == 0xED) & (octets[1:-1] >= 0xA0))
    for offset in range(3):
        octets[bad + offset] = _REPLACEMENT[offset]
    return octets.tobytes(), found, bad
