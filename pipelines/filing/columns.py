"""Columns of text cut out of bytes."""

import numpy as np
import polars as pl
from numpy.typing import NDArray


def slices(data: bytes, start: NDArray[np.int64], stop: NDArray[np.int64]) -> pl.Series:
    """``data`` cut at valid UTF-8 boundaries: one text for each ``start`` and ``stop``."""
    import pyarrow as pa

    if not len(start):
        return pl.Series(dtype=pl.String)
    lengths = stop - start
    offsets = np.append(0, np.cumsum(lengths))
    if np.array_equal(start[1:], stop[:-1]):
        taken = data[int(start[0]) : int(stop[-1])]
    else:
        places = np.arange(offsets[-1]) + np.repeat(start - offsets[:-1], lengths)
        taken = np.frombuffer(data, np.uint8)[places].tobytes()
    texts = pa.LargeStringArray.from_buffers(len(start), pa.py_buffer(offsets), pa.py_buffer(taken))
    return pl.Series(texts)
