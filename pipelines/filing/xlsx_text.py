"""The texts in an XLSX part's XML, a column of strings at a time.

No XML parser: one that calls back for each cell reads 15,000 records a second. What writers do
beside the plain form (prefixed names, comments, CDATA, rich text, phonetic guides) is brought into
it first.
"""

import re

import numpy as np
import polars as pl

from pipelines.filing.columns import slices
from pipelines.filing.text import is_utf8
from pipelines.filing.xlsx_parts import refuse_declarations

MOST_REFERENCES = 5000
_NAMED = {"&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'"}
_PREFIX = re.compile(rb"<(\w{1,20}):(?:sst|worksheet)[\s>]")
_COMMENT = re.compile(rb"<!--.*?-->", re.DOTALL)
_LITERAL = re.compile(rb"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
_PLAIN_ITEM = r"^<si>\s*<t(?: xml:space=\"preserve\")?>([^<]*)</t>\s*</si>"
_PHONETIC = r"(?s)<rPh[\s>].*?</rPh>"
_RUN = r"<t(?:\s[^>]*)?>[^<]*"


def prefix_of(head: bytes) -> bytes:
    """The prefix that a part's element names bear, b'' for none; ``head``: the part's first KB."""
    match = _PREFIX.search(head)
    return match[1] if match else b""


def plain_xml(data: bytes, prefix: bytes, file: str) -> bytes:
    """``data`` in UTF-8 with plain element names, without comments and CDATA."""
    if prefix:
        data = data.replace(b"<" + prefix + b":", b"<").replace(b"</" + prefix + b":", b"</")
    if b"<!" in data:
        refuse_declarations(data, file)
        data = _LITERAL.sub(lambda match: _escaped(match[1]), _COMMENT.sub(b"", data))
    return data


def mended(data: bytes) -> tuple[bytes, bool]:
    """``data`` as valid UTF-8, and whether it was."""
    if is_utf8(data):
        return data, True
    return data.decode("utf-8", "replace").encode(), False


def _escaped(text: bytes) -> bytes:
    return text.replace(b"&", b"&amp;").replace(b"<", b"&lt;").replace(b">", b"&gt;")


def shared_strings(data: bytes) -> pl.Series:
    """The shared texts by number; ``data`` is the plain XML of their part, valid UTF-8."""
    octets = np.frombuffer(data + b"\0" * 4, np.uint8)
    tags = np.flatnonzero(octets == ord("<"))
    is_item = (octets[tags + 1] == ord("s")) & (octets[tags + 2] == ord("i"))
    is_item &= np.isin(octets[tags + 3], np.frombuffer(b"> /\t\r\n", np.uint8))
    start = tags[is_item]
    items = slices(data, start, np.append(start[1:], len(data)))
    texts = items.str.extract(_PLAIN_ITEM)
    rich = texts.is_null().arg_true()
    if len(rich):
        texts = texts.scatter(rich, run_texts(items.gather(rich)))
    return unescape(texts)


def run_texts(xml: pl.Series) -> pl.Series:
    """The text of each element with runs in it: all ``t`` joined, phonetic guides left out."""
    runs = xml.str.replace_all(_PHONETIC, "").str.extract_all(_RUN).list.join("")
    return runs.str.replace_all(r"<[^>]*>", "")


def unescape(texts: pl.Series) -> pl.Series:
    """XML's references and then spreadsheets' own escapes (``_x000D_``) as characters."""
    for mark, named, pattern in (("&", _NAMED, r"&#(?:x[0-9A-Fa-f]+|[0-9]+);"),
                                 ("_x", {}, r"_x[0-9A-Fa-f]{4}_")):  # fmt: skip
        places = texts.str.contains(mark, literal=True).arg_true()
        if not len(places):
            continue
        marked = texts.gather(places)
        found = marked.str.extract_all(pattern).list.explode().drop_nulls().unique()
        codes = {one: _character(one) for one in found.head(MOST_REFERENCES).to_list()}
        texts = texts.scatter(places, marked.str.replace_many({**named, **codes}))
    return texts


def _character(reference: str) -> str:
    """The character that ``&#20013;``, ``&#x4E2D;`` or ``_x4E2D_`` stands for."""
    digits = reference.strip("&#;_")
    code = int(digits[1:], 16) if digits.startswith("x") else int(digits[:9])
    if code > 0x10FFFF or 0xD800 <= code < 0xE000:
        return "\ufffd"
    return chr(code)
