"""The characters that text rules speak about, and the tables that they are repaired with."""

from functools import cache

from pipelines.standard import code_table

Mapping = dict[str, str]
"""What is replaced by what."""

INVISIBLE = (
    "\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e"
    "\u2060\u2061\u2062\u2063\u2064\u2066\u2067\u2068\u2069\u180e\ufeff\u00a0\u2028\u2029"
)
"""Characters that nobody sees: soft hyphen, joiners, direction marks, byte order mark, no-break
space, line and paragraph separators."""

_WIDE = [chr(code) for code in range(0xFF01, 0xFF5F)]
FULL_WIDTH: Mapping = {char: chr(ord(char) - 0xFEE0) for char in _WIDE} | {"\u3000": " "}
"""All of ASCII in full width, for codes and numbers."""

WIDE_LETTERS: Mapping = {char: plain for char, plain in FULL_WIDTH.items() if plain.isalnum()}
"""Digits and letters only: full-width punctuation is what Chinese texts are set in."""

BRACKETS: Mapping = {"(": "（", ")": "）"}


def _dots() -> str:
    """Look-alikes of the middle dot that always mean it; full stops need their neighbours."""
    rows = code_table("name_dot_variants").rows
    return (
        "".join(
            chr(int(row["codepoint"][2:], 16)) for row in rows if row["action"] == "map to U+00B7"
        )
        + "\u0387"
    )


def _moved() -> Mapping:
    """Private-use code points that Python's codec still gives for what GB 18030-2022 settled."""
    rows = code_table("gb18030_pua_2022").rows
    return {
        chr(int(row["python_codepoint"][2:], 16)): chr(int(row["gb18030_2022_codepoint"][2:], 16))
        for row in rows
    }


DOTS = _dots()
MOVED = _moved()


def _misread() -> str:
    """Characters that UTF-8 Han text turns into when read as GBK, and that are rare otherwise.

    Lead bytes E4-E9 of UTF-8 followed by 80-A0 are GBK's rare third level.
    """
    pairs = (bytes((lead, trail)) for lead in range(0xE4, 0xEA) for trail in range(0x80, 0xA1))
    return "".join(pair.decode("gb18030", "ignore") for pair in pairs if pair[1] != 0x7F)


SUSPICIOUS = (
    f"[{INVISIBLE}{''.join(WIDE_LETTERS)}{DOTS}\ufffd{_misread()}"
    r"\p{Co}\x{F900}-\x{FAFF}\x{2F800}-\x{2FA1F}\x{0300}-\x{036F}]"
    "|^[ \u3000\t]|[ \u3000\t]$|锟斤拷|烫烫烫|屯屯屯|\\?\\?"
)
"""RE2 pattern of a text that some rule may speak about."""


def is_mojibake(text: str) -> bool:
    """Whether the text is UTF-8 that was read as GBK: taken back, it is UTF-8 Han.

    A last character that was cut shows as ``?``: one place of damage is allowed.
    """
    back = text.rstrip("?").encode("gb18030", "ignore").decode("utf-8", "replace")
    han = sum("\u4e00" <= char <= "\u9fff" for char in back)
    return han >= 2 and back.count("\ufffd") <= 1


@cache
def _converter() -> "object":
    import opencc

    return opencc.OpenCC("t2s")


def simplified(text: str) -> str:
    """The text in simplified characters."""
    return str(_converter().convert(text))  # type: ignore[attr-defined]
