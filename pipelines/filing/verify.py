"""What a manifest claims, compared with the registers and with what was found (Art. 12, 15)."""

from datetime import date

from pipelines.clock import office_day
from pipelines.filing.door_rules import Finding, find
from pipelines.filing.manifest import KINDS_HANDLED, Manifest
from pipelines.filing.reference import Officer, Reference
from pipelines.filing.signature import verify
from pipelines.standard import Semester
from pipelines.standard.deadlines import REVOCATION_DAYS
from pipelines.standard.fields import KEY_FIELDS

DISCLOSED_KINDS = ("regular", "late", "correction")
"""Kinds that bring records which the institution has to disclose inside before (Art. 12(3))."""

APPROVED_KINDS = ("amendment", "deletion")
"""Kinds that need approvals (Art. 18)."""


def verify_claims(
    manifest: Manifest,
    reference: Reference,
    today: date,
    *,
    signature: bool,
    disclosure_days: int = 0,
) -> list[Finding]:
    """Findings about who files what for whom: F05, F06, F07, F15, R24, C03, R41, R42.

    ``signature`` False skips F07; ``disclosure_days`` is the shortest disclosure that is enough.

    Registers are asked for the day of submission; ``today`` stands in where it is not told.
    """
    day = submitted_day(manifest) or today
    found = [*_institution(manifest, reference, day), *_consistency(manifest)]
    if signature:
        found.extend(_signature(manifest, reference, day))
    if manifest.kind and manifest.kind not in KINDS_HANDLED and not _violated(manifest, "kind"):
        found.append(find("F15", kind=manifest.kind))
    if manifest.collected_by and manifest.collected_by == manifest.verified_by:
        found.append(find("R24"))
    found += _disclosure(manifest, disclosure_days)
    return found + _approvals(manifest) + _revocation(manifest)


def submitted_day(manifest: Manifest) -> date | None:
    """The office's day on which the filing was submitted."""
    return office_day(manifest.submitted_at) if manifest.submitted_at else None


def verify_headcount(manifest: Manifest, rows: int) -> list[Finding]:
    """R23 when the resolutions' people and the records differ in number."""
    counts = [resolution.headcount for resolution in manifest.resolutions]
    known = [count for count in counts if count is not None]
    if not counts or len(known) < len(counts) or sum(known) == rows:
        return []
    return [find("R23", headcount=sum(known), found=rows)]


def _disclosure(manifest: Manifest, least: int) -> list[Finding]:
    """C03, once; days that are no dates are told by F02 instead."""
    if manifest.kind not in DISCLOSED_KINDS:
        return []
    told = manifest.raw.get("disclosed", {})
    if not isinstance(told, dict):
        return []
    if not {"from", "to"} <= set(told):
        return [_undisclosed("未写明公开的起止日期", "its first and last day are not told")]
    first, last, day = manifest.disclosed_from, manifest.disclosed_to, submitted_day(manifest)
    if not first or not last or last < first:
        return []
    adopted = [one.adopted_on for one in manifest.resolutions if one.adopted_on]
    if adopted and first < max(adopted):
        zh, en = "公开早于决议通过", "it began before the resolution was adopted"
        return [_undisclosed(zh, en)]
    if day and day < last:
        return [_undisclosed("报送时公开尚未结束", "it had not ended at submission")]
    if (last - first).days + 1 < least:
        return [_undisclosed(f"公开应不少于{least}日", f"it should last at least {least} days")]
    return []


def _undisclosed(zh: str, en: str) -> Finding:
    return find("C03", reason_zh=zh, reason_en=en)


def _approvals(manifest: Manifest) -> list[Finding]:
    """R41: what the province must approve, and key fields that the national office must too."""
    if manifest.kind not in APPROVED_KINDS:
        return []
    found, changes = [], manifest.changes
    if changes is None or not changes.province:
        zh = "缺少省级学位委员会办公室的审核编号"
        en = "the provincial approval's id is missing"
        found.append(find("R41", reason_zh=zh, reason_en=en))
    if changes and not changes.national and KEY_FIELDS & set(changes.fields):
        zh = "更改关键信息须有国务院学位委员会办公室的同意编号"
        en = "a change of key fields needs the national approval's id"
        found.append(find("R41", reason_zh=zh, reason_en=en))
    return found


def _revocation(manifest: Manifest) -> list[Finding]:
    """R42: a revocation takes effect by a resolution and is reported within ten days."""
    if manifest.kind != "revocation":
        return []
    effective = [one.effective_on for one in manifest.resolutions if one.effective_on]
    if not effective:
        zh, en = "缺少撤销决议及其生效日期", "no resolution with the day it took effect"
        return [find("R42", reason_zh=zh, reason_en=en)]
    day = submitted_day(manifest)
    if day and (day - min(effective)).days > REVOCATION_DAYS:
        zh = f"应在决议生效起{REVOCATION_DAYS}日内报送"
        en = f"it is to be reported within {REVOCATION_DAYS} days of the resolution's effect"
        return [find("R42", reason_zh=zh, reason_en=en)]
    return []


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
    day = submitted_day(manifest)
    if day and manifest.semester:
        first = Semester.parse(manifest.semester).first_day
        if day < first:
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
