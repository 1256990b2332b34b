"""Reference data that the examination compares with (Art. 10, 13): written, or merged into a home.

A later simulation in the same home replaces what it makes anew and keeps the rest.
"""

import base64
import csv
import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.home import Home
from pipelines.simulate.authorised import authorisations
from pipelines.simulate.institutions import Institution
from pipelines.simulate.officers import Officer, write_key

INSTITUTIONS = (
    "institution_code",
    "name_zh",
    "name_en",
    "province_code",
    "kind",
    "parent_code",
    "levels",
    "valid_from",
    "valid_to",
)
AUTHORISATIONS = ("institution_code", "level", "discipline_code", "valid_from", "valid_to")
OFFICERS = (
    "officer_id",
    "full_name",
    "organisation",
    "role",
    "key_id",
    "public_key",
    "valid_from",
    "valid_to",
)
FOUNDED = "1985-01-01"

Row = tuple[str, ...]


def write_reference(
    home: Home, seed: int, institutions: list[Institution], officers: list[Officer]
) -> None:
    """institutions.csv, authorisations.csv, officers.csv and the officers' private keys."""
    home.keys.mkdir(mode=0o700, exist_ok=True)
    merge_rows(
        home.reference / "institutions.csv", INSTITUTIONS, 1, map(_institution, institutions)
    )
    merge_rows(
        home.reference / "authorisations.csv",
        AUTHORISATIONS,
        3,
        authorisations(seed, institutions),
    )
    rows = [_officer(home, seed, officer) for officer in officers]
    merge_rows(home.reference / "officers.csv", OFFICERS, 1, rows)


def _institution(one: Institution) -> Row:
    return (
        one.code,
        one.name_zh,
        one.name_en,
        one.province,
        one.kind,
        one.parent,
        "|".join(one.levels),
        FOUNDED,
        "",
    )


def _officer(home: Home, seed: int, officer: Officer) -> Row:
    public = ""
    if officer.key_id:
        public = base64.b64encode(write_key(home.keys, seed, officer.key_id)).decode("ascii")
    return (
        officer.officer_id,
        officer.full_name,
        officer.organisation,
        officer.role,
        officer.key_id,
        public,
        officer.valid_from,
        officer.valid_to,
    )


def merge_rows(path: Path, header: tuple[str, ...], key: int, rows: Iterable[Row]) -> None:
    """Writes the rows, with those of an existing file whose first ``key`` cells are others."""
    known: dict[Row, Row] = {}
    if path.exists():
        with path.open(encoding="utf-8", newline="") as file:
            known = {tuple(row[:key]): tuple(row) for row in list(csv.reader(file))[1:]}
    known |= {row[:key]: row for row in rows}
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(known[place] for place in sorted(known))
    path.write_text(text.getvalue(), encoding="utf-8")


class EnrolmentFile:
    """Enrolments of a province, written chunk by chunk; put in place when all are there."""

    def __init__(self, home: Home, province: str) -> None:
        folder = home.reference / "enrolments"
        folder.mkdir(mode=0o700, exist_ok=True)
        self.path = folder / f"{province}.parquet"
        self.half = folder / f".tmp-{province}.parquet"
        self.writer: Any = None

    def add(self, enrolments: pl.DataFrame) -> None:
        import pyarrow.parquet as pq

        table = enrolments.to_arrow(compat_level=pl.CompatLevel.oldest())
        if self.writer is None:
            self.writer = pq.ParquetWriter(
                self.half,
                table.schema,
                compression="zstd",
                compression_level=1,
                use_dictionary=[
                    "province_code",
                    "institution_code",
                    "id_type_code",
                    "sex_code",
                    "enrolment_month",
                    "graduation_month",
                    "major_code",
                    "level",
                ],
            )
        self.writer.write_table(table)

    def finish(self) -> None:
        """Merges people of other semesters that the home knows already."""
        if self.writer is None:
            return
        self.writer.close()
        if self.path.exists():
            key = ["institution_code", "student_number"]
            made = pl.read_parquet(self.half)
            others = pl.read_parquet(self.path).join(
                made, on=key, how="anti", maintain_order="left"
            )
            if len(others):
                both = pl.concat([others, made])
                both.write_parquet(self.half, compression="zstd", compression_level=1)
        self.half.replace(self.path)
