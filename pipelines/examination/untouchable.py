"""What no tolerance and no exception may excuse, and why."""

_WHOLE = "针对整份报送，不针对某条记录 / speaks about a filing, not about a record"
_UNREAD = "记录或数值未能可靠读出 / the record or its value was not read for sure"
_ONCE = "登记以证书编号为唯一标识 / the register knows a degree by its certificate number"
_STATE = "不得涉及国家秘密（第二十五条） / no state secrets (Art. 25)"
_OWNER = "只能报送本单位授予的学位 / an institution files its own degrees only"
_APPROVED = "须经批准或依法办理（第十八、十九条） / needs its own approval (Art. 18, 19)"

FAMILIES = {"F": _WHOLE, "L": _UNREAD, "K": _UNREAD}
"""By the letter of the rule code."""

RULES = {
    "P05": _OWNER,
    "R11": _ONCE,
    "R14": _ONCE,
    "R22": _WHOLE,
    "R24": _WHOLE,
    "R31": _STATE,
    "R41": _APPROVED,
    "R42": _APPROVED,
    "C03": _WHOLE,
    "T09": _UNREAD,
}

KEYED_FIELDS = ("XWSYDWM", "XWZSBH", "HXWRQ")
KEYED_RULES = ("P01", "P04")
"""Blank or malformed, these fields would leave the register without a key or a date."""

PERSONAL = {"R04", "R12"}
"""Rules about who a person is: one case may be excused, a share of a filing may not."""


def why_untouchable(rule_code: str, field: str | None = None) -> str | None:
    """Why nothing may excuse this rule (on this field), or None where something may."""
    reason = RULES.get(rule_code) or FAMILIES.get(rule_code[:1])
    if reason is None and rule_code in KEYED_RULES and field in KEYED_FIELDS:
        return _ONCE
    return reason


def touchable_sql(alias: str) -> str:
    """SQL that is true for a row of ``findings`` that may be excused at all."""
    families = ", ".join(f"'{letter}'" for letter in FAMILIES)
    rules = ", ".join(f"'{code}'" for code in RULES)
    keyed = ", ".join(f"'{code}'" for code in KEYED_RULES)
    fields = ", ".join(f"'{code}'" for code in KEYED_FIELDS)
    return (
        f"{alias}.row_id IS NOT NULL AND {alias}.severity IN ('error', 'hold') "
        f"AND left({alias}.rule_code, 1) NOT IN ({families}) "
        f"AND {alias}.rule_code NOT IN ({rules}) "
        f"AND NOT ({alias}.rule_code IN ({keyed}) AND coalesce({alias}.field IN ({fields}), false))"
    )
