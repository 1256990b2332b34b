"""What lies beside the records in a package: the resolutions' lists of names, and photos."""

import io
import zipfile
from collections.abc import Sequence
from importlib import resources

import polars as pl

from pipelines.simulate import data

PHOTO = resources.files(data).joinpath("photo.jpg").read_bytes()
"""One small grey picture: everybody's."""

NO_PHOTO = b"GIF89a" + b"\0" * 20
LEFT_OVER = "20991231.jpg"
MOMENT = (2026, 1, 1, 0, 0, 0)


def listed(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """Who stands on the lists: resolution, 姓名, 学位类别, for records before and after faults.

    Names are as filed, since lists come out of the same system; a name that the record lacks is
    there.
    """
    name = after["XM"]
    other = "欧阳" + name.str.slice(1)
    names = pl.select(
        pl.when(name == "")
        .then(before["XM"])
        .when(after["marks"] == "list=other")
        .then(other)
        .otherwise(name)
    ).to_series()
    degree = before["XWLB"].str.replace("学位", "", literal=True)
    return pl.DataFrame({"resolution": before["resolution"], "姓名": names, "学位类别": degree})


def name_lists(people: pl.DataFrame, resolutions: int) -> list[bytes]:
    """One CSV a resolution."""
    return [
        people.filter(pl.col("resolution") == place)
        .select("姓名", "学位类别")
        .write_csv()
        .encode("utf-8")
        for place in range(resolutions)
    ]


def photo_zip(
    names: Sequence[str], marks: Sequence[str], left_over: bool, entry: type[zipfile.ZipInfo]
) -> bytes:
    """The zip of photos by the names in ZP; ``marks`` leaves one out or makes it no picture."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name, mark in zip(names, marks, strict=True):
            if name and mark != "photo=missing":
                content = NO_PHOTO if mark == "photo=broken" else PHOTO
                archive.writestr(entry(name, MOMENT), content)
        if left_over:
            archive.writestr(entry(LEFT_OVER, MOMENT), PHOTO)
    return target.getvalue()
