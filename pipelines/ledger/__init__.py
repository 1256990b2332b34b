"""The ledger (Art. 15): who did what to what and when, one append-only hash chain a scope.

A line of ``ledger/<scope>.jsonl`` is an entry as canonical JSON. Its ``hash`` is over all the rest
of it, the hash of the entry before it included: nothing is altered, left out, put in or moved
unseen. The head file is written first and holds the last append once more: it tells a cut-off
append, which is completed, from a chain that was cut. Who can write both files can still write
another history: only heads that somebody else keeps show that.

Entries hold codes, ids and hashes, never a value of a record. What an act means is its room's
business. Every room but the standard may use the ledger.
"""

from pipelines.ledger.chain import Verified, append, entries, verify
from pipelines.ledger.entry import START, Act, Entry

__all__ = ["START", "Act", "Entry", "Verified", "append", "entries", "verify"]
