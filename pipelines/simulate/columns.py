"""Columns of text made from arrays: pools picked by index, numbers written with leading zeros.

No loop over records: a pool is gathered, digits are a matrix of bytes that becomes a column.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

Index = npt.NDArray[np.integer]
Mask = npt.NDArray[np.bool_]
Bytes = npt.NDArray[np.uint8]

ZERO = 48


def pool(words: Sequence[str]) -> pl.Series:
    """A pool of texts to pick from."""
    return pl.Series(values=list(words), dtype=pl.String)


def pick(words: pl.Series, index: Index) -> pl.Series:
    """``words[index]``, one text a row."""
    return words.gather(pl.Series(index.astype(np.uint32)))


def digits(values: Index, width: int) -> Bytes:
    """Numbers as ASCII digits with leading zeros: shape (rows, width)."""
    out = np.empty((len(values), width), dtype=np.uint8)
    rest = values.astype(np.int64)
    for place in range(width - 1, -1, -1):
        rest, last = np.divmod(rest, 10)
        out[:, place] = last + ZERO
    return out


def constant(text: str, rows: int) -> Bytes:
    """The same ASCII text in each row: shape (rows, len(text))."""
    one = np.frombuffer(text.encode("ascii"), np.uint8)
    return np.broadcast_to(one, (rows, len(text)))


def fixed_text(*parts: Bytes) -> pl.Series:
    """A column of texts of equal length from matrices of ASCII bytes, side by side."""
    import pyarrow as pa

    matrix = np.ascontiguousarray(np.concatenate(parts, axis=1) if len(parts) > 1 else parts[0])
    rows, width = matrix.shape
    offsets = np.arange(rows + 1, dtype=np.int64) * width
    array = pa.LargeStringArray.from_buffers(rows, pa.py_buffer(offsets), pa.py_buffer(matrix))
    column = pl.from_arrow(array)
    assert isinstance(column, pl.Series)
    return column


def only(column: pl.Series, where: Mask) -> pl.Series:
    """The column where ``where`` holds, the empty text elsewhere."""
    chosen = pl.when(pl.Series(where)).then(column).otherwise(pl.lit(""))
    return pl.select(chosen).to_series()


def choose(where: Mask, yes: pl.Series, no: pl.Series) -> pl.Series:
    """``yes`` where ``where`` holds, else ``no``."""
    return pl.select(pl.when(pl.Series(where)).then(yes).otherwise(no)).to_series()


def join(*parts: pl.Series | str) -> pl.Series:
    """The parts side by side, one text a row."""
    texts = [pl.lit(part) if isinstance(part, str) else part for part in parts]
    return pl.select(pl.concat_str(texts)).to_series()


def weighted(stream: np.random.Generator, weights: Sequence[float], rows: int) -> Index:
    """Row indices drawn with these weights; faster than ``choice`` for many rows."""
    cumulated = np.cumsum(np.asarray(weights, dtype=float))
    drawn = np.searchsorted(cumulated, stream.random(rows) * cumulated[-1], side="right")
    chosen: Index = np.minimum(drawn, len(cumulated) - 1)
    return chosen


def share_out(total: int, weights: Sequence[float] | npt.NDArray[np.float64]) -> Index:
    """``total`` in whole parts in proportion to ``weights`` (largest remainders)."""
    shares = np.asarray(weights, dtype=float)
    if total == 0 or shares.sum() <= 0:
        return np.zeros(len(shares), dtype=np.int64)
    exact = shares / shares.sum() * total
    parts: npt.NDArray[np.int64] = np.floor(exact).astype(np.int64)
    order = np.argsort(-(exact - parts), kind="stable")
    parts[order[: total - int(parts.sum())]] += 1
    return parts
