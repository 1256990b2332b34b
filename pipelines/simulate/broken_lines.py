"""Faults of a line's bytes: made in the written file, before its hash is taken."""

import numpy as np
import numpy.typing as npt

LONG = 70 * 1024


def break_lines(content: bytes, faults: dict[int, str]) -> bytes:
    """The file with these lines broken; ``faults`` maps line numbers (header is 1) to kinds."""
    if not faults:
        return content
    ends = np.flatnonzero(np.frombuffer(content, dtype=np.uint8) == 10)
    pieces: list[bytes] = []
    done = 0
    for line in sorted(faults):
        start, end = int(ends[line - 2]) + 1, int(ends[line - 1])
        pieces.append(content[done:start])
        text = content[start:end]
        tail = b"\r" if text.endswith(b"\r") else b""
        pieces.append(_broken(text.removesuffix(b"\r"), faults[line]) + tail)
        done = end
    pieces.append(content[done:])
    return b"".join(pieces)


def _broken(text: bytes, kind: str) -> bytes:
    quoted = text.startswith(b'"')
    first, comma, rest = text.partition(b",")
    if kind == "column_extra":
        return text + b"," + (b'"x"' if quoted else b"x")
    if kind == "column_missing":
        return text.rpartition(b",")[0]
    if kind == "half_character":
        return text + b"\xb0" if not quoted else text[:-1] + b"\xb0" + b'"'
    if kind == "invalid_byte":
        return first[:-1] + b"\xff" + first[-1:] + comma + rest if quoted else b"\xff" + text
    if kind == "nul_byte":
        return first + comma + (b'"\x00' + rest[1:] if quoted else b"\x00" + rest)
    if kind == "quote_unclosed":
        return (first[:-1] if quoted else b'"' + first) + comma + rest
    if kind == "line_70_kib":
        return (
            first + comma + (b'"' if quoted else b"") + b"A" * LONG + (rest[1:] if quoted else rest)
        )
    raise ValueError(kind)


def line_count(content: bytes) -> int:
    """Lines in the file, all ended by a line feed."""
    ends: npt.NDArray[np.bool_] = np.frombuffer(content, dtype=np.uint8) == 10
    return int(ends.sum())
