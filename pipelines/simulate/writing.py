"""A package's files on disk: a folder or a zip, with names as its writer's system writes them."""

import shutil
import zipfile
from pathlib import Path

from pipelines.simulate.filings import Filing


def write_files(inbox: Path, name: str, filing: Filing, files: dict[str, bytes]) -> None:
    """Writes the package ``name`` as the filing does: a folder or a zip."""
    folder, archive = inbox / name, inbox / f"{name}.zip"
    if folder.exists():
        shutil.rmtree(folder)
    archive.unlink(missing_ok=True)
    if filing.zipped:
        _write_zip(archive, filing, files)
        return
    folder.mkdir(mode=0o700)
    for path, data in files.items():
        (folder / path).write_bytes(data)


class GbkName(zipfile.ZipInfo):
    """An entry whose name is GBK without the UTF-8 flag, as Chinese Windows writes it."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:  # noqa: N802 - the name in zipfile
        return self.filename.encode("gbk"), self.flag_bits & ~0x800


def _write_zip(path: Path, filing: Filing, files: dict[str, bytes]) -> None:
    make = GbkName if filing.gbk_names else zipfile.ZipInfo
    moment = filing.submitted_at.timetuple()[:6]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, data in files.items():
            entry = make(name, moment)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            archive.writestr(entry, data, compresslevel=1)
