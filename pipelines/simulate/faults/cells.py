"""Faults of cells that one file format alone can have: numbers, dates, errors, cut text (K)."""

from dataclasses import replace

from pipelines.simulate.faults.kind import ANY, CLASSIC, ENROLLED, FaultKind, kind

XLSX, DBF = frozenset({"xlsx"}), frozenset({"dbf"})
WIDE_REMARK = "x" + "补" * 80
"""One byte wider than the field: its last character is cut in the middle."""


def cell_faults() -> list[FaultKind]:
    """Kinds for spreadsheets and dBase files."""
    spreadsheet = [
        kind("fraction_cell", "K01", CLASSIC, BZ="12.5", marks="BZ=number"),
        kind("certificate_cell", "K01", ANY, marks="XWZSBH=number"),
        kind("student_number_cell", "K02", ENROLLED, marks="XH=number"),
        kind("birth_date_cell", "K03 P04 R39*", ANY, marks="CSRQ=date"),
        kind("error_cell", "K04", CLASSIC, BZ="#N/A", marks="BZ=error"),
    ]
    cut = kind("remark_cut", "K05", CLASSIC, BZ=WIDE_REMARK, marks="BZ=cut")
    return [*(replace(one, formats=XLSX) for one in spreadsheet), replace(cut, formats=DBF)]
