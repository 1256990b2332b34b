"""Faults of a whole filing or of an institution, and the rules that they break."""

from pipelines.simulate.faults.kind import EVERY_FORMAT

FILING_FAULTS: dict[str, tuple[str, ...]] = {
    "resolution_missing": ("F03",),
    "hash_differs": ("F04",),
    "institution_unknown": ("F05", "P05"),
    "filing_id_of_other_semester": ("F06",),
    "signature_over_other_content": ("F07",),
    "signed_by_stranger": ("F07",),
    "row_count_differs": ("F08",),
    "file_not_in_manifest": ("F09",),
    "encoding_differs": ("F10",),
    "column_twice": ("F11",),
    "mandatory_column_missing": ("F11",),
    "file_without_records": ("F12",),
    "too_many_columns": ("F16",),
    "unknown_column": ("F17",),
    "collector_is_verifier": ("R24",),
    "headcount_differs": ("R23",),
    "submitted_late": ("R21",),
    "disclosure_after_submission": ("C03",),
    "photo_left_over": ("R37", "R40"),
}
"""Faults of a whole filing and the rules that it breaks."""

ON_EVERY_LINE = frozenset({"R21", "P05", "C02"})
"""Rules that a fault of the whole filing breaks on each of its lines, not once for the filing."""

FILING_FORMATS = {
    "encoding_differs": frozenset({"csv"}),
    "column_twice": EVERY_FORMAT - {"parquet"},
    "too_many_columns": EVERY_FORMAT - {"dbf"},
}
"""Formats that can have the fault at all; in others the filing stays as it is."""

NO_TEMPLATE = "template_missing"
"""The institution has registered no certificate template for one of its levels (C02)."""


def can_have(fault: str, form: str, photos: bool) -> bool:
    """Whether a filing in this format, with or without photos, can have the fault."""
    return form in FILING_FORMATS.get(fault, EVERY_FORMAT) and (
        photos or fault != "photo_left_over"
    )
