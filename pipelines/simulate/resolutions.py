"""The resolution of a package as a real PDF: text of the decision and the list of names.

Set in the Adobe CID font STSong-Light (UniGB-UCS2-H), which readers bring along. Names stand as
hexadecimal UTF-16 strings, several a line, so that a million of them take seconds; characters
beyond the basic plane, which this encoding does not have, are printed as 〓.
"""

import io
from collections.abc import Sequence
from datetime import date

FONT = "STSong-Light"
WIDTH, HEIGHT = 842.0, 595.0
MARGIN = 36.0
SIZE, LEADING = 7.0, 9.0
NAMES_A_LINE = 6
LINES_A_PAGE = 56


def write_resolution(
    institution: str, decisions: Sequence[tuple[str, date, int]], entries: Sequence[str]
) -> bytes:
    """The PDF of the decisions (number, day, people) with all list entries, in order."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen.canvas import Canvas

    if FONT not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=(WIDTH, HEIGHT), pageCompression=0, invariant=1)
    canvas.setTitle("学位授予决议")
    lines = _heading(institution, decisions)
    lines += [
        "　".join(entries[first : first + NAMES_A_LINE])
        for first in range(0, len(entries), NAMES_A_LINE)
    ]
    for first in range(0, len(lines), LINES_A_PAGE):
        canvas.setFont(FONT, SIZE, LEADING)
        canvas.addLiteral(_page(lines[first : first + LINES_A_PAGE]))
        canvas.showPage()
    canvas.save()
    return target.getvalue()


def _heading(institution: str, decisions: Sequence[tuple[str, date, int]]) -> list[str]:
    lines = [f"{institution}学位评定委员会关于授予学位的决议", ""]
    for number, day, people in decisions:
        lines.append(
            f"{number}　{institution}学位评定委员会于{day.year}年{day.month}月{day.day}日召开会议，"
            f"经无记名投票表决，决定授予下列人员学位，共{people}人。"
        )
    return [
        *lines,
        "本决议自通过之日起生效。",
        "",
        "授予学位人员名单（序号、姓名、学位类别）：",
        "",
    ]


def _page(lines: Sequence[str]) -> str:
    """Text operators of one page; the font was set by the caller."""
    shown = "\n".join(f"<{line.encode('utf-16-be').hex()}> Tj T*" for line in lines)
    return f"BT 1 0 0 1 {MARGIN:.0f} {HEIGHT - MARGIN - SIZE:.0f} Tm\n{shown}\nET"
