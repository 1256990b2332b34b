"""What a manifest claims, compared with the registers and with what was found (Art. 12, 15)."""

from datetime import date

from pipelines.filing.door_rules import Finding, find
from pipelines.filing.manifest import KINDS_HANDLED, Manifest
from pipelines.filing.reference import Officer, Reference
from pipelines.filing.signature import verify
from pipelines.standard import Semester


def verify_claims(
    manifest: Manifest, reference: Reference, today: date, *, signature: bool
) -> list[Finding]:
    """Findings about who files for whom: F05, F06, F07, F15, R24; ``signature`` False skips F07.

    Registers are asked for the day of submission; ``today`` stands in where it is not told.
    """
    day = manifest.submitted_at.date() if manifest.submitted_at else today
    found = [*_institution(manifest, reference, day), *_consistency(manifest)]
    if signature:
        found.extend(_signature(manifest, reference, day))
    if manifest.kind and manifest.kind not in KINDS_HANDLED and not _violated(manifest, "kind"):
        found.append(find("F15", kind=manifest.kind))
    if manifest.collected_by and manifest.collected_by == manifest.verified_by:
        found.append(find("R24"))
    return found


def verify_headcount(manifest: Manifest, rows: int) -> list[Finding]:
    """R23 when the resolutions' people and the records differ in number."""
    counts = [resolution.headcount for resolution in manifest.resolutions]
    known = [count for count in counts if count is not None]
    if not counts or len(known) < len(counts) or sum(known) == rows:
        return []
    return [find("R23", headcount=sum(known), found=rows)]


def _violated(manifest: Manifest, name: str) -> bool:
    start = find("F02", place=name, reason_zh="", reason_en="").message_en
    return any(finding.message_en.startswith(start) for finding in manifest.findings)


def _institution(manifest: Manifest, reference: Reference, day: date) -> list[Finding]:
    if reference.institutions is None or manifest.institution is None:
        return []
    known = reference.institutions.get(manifest.institution, ())
    valid = [institution for institution in known if institution.term.holds(day)]
    if not valid:
        return [find("F05")]
    if all(institution.province != manifest.province for institution in valid):
        zh, en = "单位不属于该省", "the institution belongs to another province"
        return [find("F06", reason_zh=zh, reason_en=en)]
    return []


def _consistency(manifest: Manifest) -> list[Finding]:
    """The filing id begins with province, institution and semester; the semester has begun."""
    found = []
    parts = (manifest.province, manifest.institution, manifest.semester)
    if manifest.filing_id and all(parts):
        prefix = "-".join(part for part in parts if part) + "-"
        if not manifest.filing_id.startswith(prefix):
            zh, en = f"报送编号应以 {prefix} 开头", f"the filing id should begin with {prefix}"
            found.append(find("F06", reason_zh=zh, reason_en=en))
    if manifest.submitted_at and manifest.semester:
        first = Semester.parse(manifest.semester).first_day
        if manifest.submitted_at.date() < first:
            zh, en = "报送时间早于该学期", "submitted before the semester began"
            found.append(find("F06", reason_zh=zh, reason_en=en))
    return found


def _signature(manifest: Manifest, reference: Reference, day: date) -> list[Finding]:
    signature = manifest.raw.get("signature")
    key = signature.get("key") if isinstance(signature, dict) else None
    if not isinstance(key, str):
        return [_unconfirmed("没有签名", "the manifest is not signed")]
    holders = reference.officers.get(key, ())
    if not holders:
        return [_unconfirmed("签名密钥未登记", "the key is not in the register of officers")]
    serving = [one for one in holders if _serves(one, manifest, day)]
    if not serving:
        zh = "签名人在报送时不是该单位的工作人员"
        en = "the key's holder was not an officer of this institution at submission"
        return [_unconfirmed(zh, en)]
    if not any(verify(manifest.raw, one.public_key) for one in serving):
        zh, en = "签名与清单内容不符", "the signature does not fit the manifest's content"
        return [_unconfirmed(zh, en)]
    return []


def _serves(officer: Officer, manifest: Manifest, day: date) -> bool:
    return officer.organisation == manifest.institution and officer.term.holds(day)


def _unconfirmed(zh: str, en: str) -> Finding:
    return find("F07", reason_zh=zh, reason_en=en)
