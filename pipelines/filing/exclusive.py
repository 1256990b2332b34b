"""One process at a time in a folder: a lock that dies with its process."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipelines.errors import BusyError

LOCK = ".lock"


@contextmanager
def exclusive(folder: Path, doing: str, *, wait: bool = False) -> Iterator[None]:
    """Holds the folder's lock; BusyError when another process has it, unless ``wait``."""
    with (folder / LOCK).open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            raise BusyError(
                f"another process is {doing}",
                "one process at a time for a province and semester",
                "wait for the other run to end",
            ) from None
        yield
