"""Photos of a filing (Art. 9(4)): a zip in the package, matched with the records' ZP.

Names of photos are identity or student numbers: they are compared and counted here, never told.
A photo is judged by its first and last bytes; nothing is decoded.
"""

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from pipelines.filing.door_rules import Finding, find_about
from pipelines.filing.package import Limits, UnsafeError, ZipPackage, is_litter, open_inner_zip
from pipelines.filing.read_file import ReadFile

START, END = b"\xff\xd8\xff", b"\xff\xd9"
PADDING = b"\x00\n\r "
ENDS = 64
"""Bytes looked at from both ends: cameras and editors pad a JPEG after its end mark."""

PHOTOS = {"key": pl.String, "jpeg": pl.Boolean}


def read_photos(data: bytes, limits: Limits, path: str) -> pl.DataFrame | Finding:
    """One row a photo (``PHOTOS``) in the zip named ``path``; or why it cannot be opened (F13)."""
    try:
        with open_inner_zip(data, limits) as package:
            names = [name for name in package.sizes if not is_litter(name)]
            jpeg = [_is_jpeg(package, name) for name in names]
    except UnsafeError as unsafe:
        return replace(unsafe.finding, file=path)  # its own place may be a photo's name
    photos = pl.DataFrame({"key": names, "jpeg": jpeg}, schema=PHOTOS)
    return photos.with_columns(photo_key(pl.col("key")))


def photo_key(name: pl.Expr) -> pl.Expr:
    """A photo's name as it is compared: without its folder, whatever its width and case."""
    last = name.str.replace_all(r"^.*[/\\]", "")
    return last.str.normalize("NFKC").str.strip_chars().str.to_lowercase()


def _is_jpeg(package: ZipPackage, name: str) -> bool:
    try:
        head, tail = package.ends(name, ENDS)
    except UnsafeError:
        return False
    return head.startswith(START) and tail.rstrip(PADDING).endswith(END)


def compare_photos(
    photos: pl.DataFrame, reads: Sequence[ReadFile]
) -> tuple[list[pl.DataFrame], list[Finding]]:
    """Findings about cells of each file (as ``ReadFile.cells``), and about the filing.

    Records that do not tell a photo (a faulty line, a blank ZP, a layout without ZP) speak through
    other findings: so many photos may be left over without a word.
    """
    asked = pl.concat([_asked(read, file) for file, read in enumerate(reads)])
    known = photos.group_by("key").agg(pl.col("jpeg").all())
    matched = asked.join(known, on="key", how="left", maintain_order="left")
    bad = matched.filter(pl.col("key").is_not_null() & ~pl.col("jpeg").fill_null(False))
    cells = [_cells(bad.filter(pl.col("file") == file)) for file in range(len(reads))]
    findings = []
    left = photos.join(asked, on="key", how="anti").height
    if left > asked["key"].null_count():
        findings.append(find_about("R37", "left_over", count=left))
    if photos.height != asked.height:
        findings.append(find_about("R40", "photos", photos=photos.height, records=asked.height))
    return cells, findings


def _asked(read: ReadFile, file: int) -> pl.DataFrame:
    """The photo that each record names: file (Int32), position (Int64), key (NULL where none)."""
    name = pl.col("ZP") if "ZP" in read.columns else pl.lit(None, pl.String)
    key = photo_key(name)
    return read.frame.select(
        pl.lit(file, pl.Int32).alias("file"),
        pl.int_range(pl.len(), dtype=pl.Int64).alias("position"),
        pl.when(key != "").then(key).alias("key"),
    )


def _cells(bad: pl.DataFrame) -> pl.DataFrame:
    return bad.select("position", pl.lit("ZP").alias("field"), pl.lit("R37").alias("rule_code"))
