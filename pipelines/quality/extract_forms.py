"""What may never be in an extract, and what a value must not look like in it."""

from typing import Literal

from pipelines.quality.phrases import certificate_pattern

Form = Literal["exact", "generalised", "pseudonym"]
"""How a column is asked for."""

FORBIDDEN = frozenset(
    {
        *("thesis_title", "thesis_keywords", "thesis_direction", "photo_file", "remarks"),
        *("decision_id", "filing_id", "batch", "resolution_number"),
        *("status", "event", "version_no", "recorded_from", "recorded_to", "effective_to"),
    }
)
"""In no form: free texts that find a thesis in a catalogue, photographs, marks of a filing, and
whatever tells that a degree was revoked."""

PSEUDONYM = "[0-9a-f]{32}"

_APART = ("(^|[^0-9A-Za-z])", r"([^0-9A-Za-z]|\z)")


def _alone(pattern: str) -> str:
    """The pattern between other characters than letters and digits: no part of a pseudonym."""
    return f"{_APART[0]}({pattern}){_APART[1]}"


LOOKS_LIKE = (
    (
        "no_identity_numbers",
        _alone("[0-9]{15}|[0-9]{17}[0-9Xx]|[HMhm][0-9]{8}([0-9]{2})?"),
        "身份证件号码",
        "an identity number",
    ),
    (
        "no_certificate_numbers",
        _alone(certificate_pattern()),
        "学位证书编号",
        "a certificate number",
    ),
    (
        "no_phone_numbers",
        _alone("(86)?1[3-9][0-9]{9}|0[0-9]{2,3}-[0-9]{7,8}"),
        "电话号码",
        "a phone number",
    ),
    (
        "no_mail_addresses",
        "[^ @]+@[^ @]+[.][A-Za-z]{2,}",
        "电子邮箱",
        "an e-mail address",
    ),
)
"""(id, RE2 pattern searched in texts, what it is in Chinese, in English)."""
