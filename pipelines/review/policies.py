"""The named policies that may decide over a batch; each says in its decisions that it did."""

from collections.abc import Callable

from pipelines.errors import UsageError
from pipelines.review.automatic import Decided, decide

POLICIES: dict[str, Callable[..., Decided]] = {"automatic": decide}


def policy(name: str) -> Callable[..., Decided]:
    """The policy of that name; UsageError lists those that exist."""
    if name not in POLICIES:
        raise UsageError(f"no review policy {name!r}", " | ".join(sorted(POLICIES)))
    return POLICIES[name]
