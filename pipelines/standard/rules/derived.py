"""The columns that rules are written in, beyond the fields themselves.

Each is an SQL expression over the fields (blank is NULL there), the columns ``category``,
``layout``, ``submitted_on`` (day in the office's time zone), ``institution`` and ``semester_first``
/ ``semester_last`` of the filing, and the derived columns before it. ``<FIELD>_blank`` is true
where the file has the column and the cell is empty.
"""

RESIDENT = "id_type IN ('01', '08')"
"""Documents numbered by GB 11643: the resident card and the residence permits 81/82/83."""

LEGACY = (
    "id_type = '01' AND conferral_date < DATE '2013-01-01' AND regexp_full_match(ZJHM, '[0-9]{15}')"
)
"""Resident numbers of 15 digits, legal for degrees conferred before 2013."""

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)

_CHECK_SUM = " + ".join(
    f"(id_17 // {10 ** (16 - place)} % 10) * {weight}" for place, weight in enumerate(_WEIGHTS)
)


def day(text: str) -> str:
    """A real date from CCYYMMDD, else NULL."""
    return (
        f"CASE WHEN length({text}) = 8 AND try_cast({text} AS UINTEGER) IS NOT NULL "
        f"THEN try_strptime({text}, '%Y%m%d')::DATE END"
    )


def month(text: str) -> str:
    """Months since year 0 from CCYYMM, else NULL."""
    number = f"try_cast({text} AS INTEGER)"
    return (
        f"CASE WHEN length({text}) = 6 AND {number} % 100 BETWEEN 1 AND 12 "
        f"AND {number} // 100 BETWEEN 1900 AND 2100 "
        f"THEN {number} // 100 * 12 + {number} % 100 - 1 END"
    )


LAYERS: tuple[dict[str, str], ...] = (
    {
        "birth_date": day("CSRQ"),
        "conferral_date": day("HXWRQ"),
        "enrolment_m": month("RXNY"),
        "graduation_m": month("BYNY"),
        "id_type": "coalesce(ZJLXM, id_type_code_of_text)",
        "sex": "coalesce(XBM, CASE XB WHEN '男' THEN '1' WHEN '女' THEN '2' END)",
        "nationality": "coalesce(GBM, country_code_of_text)",
        "level": "CASE left(category, 1) WHEN 'D' THEN '2' WHEN 'M' THEN '3' ELSE '4' END",
        "id_17": "CASE WHEN regexp_full_match(ZJHM, '[0-9]{17}[0-9X]') "
        "THEN try_cast(left(ZJHM, 17) AS BIGINT) END",
        "certificate_plain": "regexp_full_match(XWZSBH, '[0-9]{5}[234](19|20)[0-9]{8}')",
        "topic_level": "left(XWLBM, 1)",
    },
    {
        "conferral_m": "year(conferral_date) * 12 + month(conferral_date) - 1",
        "age": "date_diff('year', birth_date, conferral_date) - "
        "CASE WHEN (month(birth_date), day(birth_date)) > (month(conferral_date), "
        "day(conferral_date)) THEN 1 ELSE 0 END",
        "is_foreign": "nationality NOT IN ('156', '344', '446', '158')",
        "id_check": f"substr('10X98765432', (({_CHECK_SUM}) % 11)::INTEGER + 1, 1)",
        # CASE: outside it the pattern would be tried on every record
        "certificate_letters": "CASE WHEN NOT certificate_plain AND conferral_date BETWEEN "
        "DATE '2006-01-01' AND DATE '2015-12-31' THEN regexp_full_match(XWZSBH, "
        "'[0-9]{5}4[0-9]{4}[SE][0-9]{5}|[LZ][0-9]{5}[234][0-9]{10}|C[0-9]{5}4[0-9]{10}"
        "|T[0-9]{5}[23][0-9]{10}|Q[0-9]{5}3[0-9]{10}"
        "|C[0-9]{5}4[0-9]{4}Z[0-9]{5}|Z[0-9]{5}[234][0-9]{4}[A-Z][0-9]{5}') ELSE false END",
    },
    {
        "id_sound": f"CASE WHEN {RESIDENT} "
        "THEN id_17 IS NOT NULL AND id_check = right(ZJHM, 1) END",
        "certificate_body": "CASE WHEN certificate_plain THEN XWZSBH "
        "WHEN certificate_letters THEN regexp_replace(XWZSBH, '^[CTLQZ]', '') END",
    },
)
"""Layers of derived columns: a column may use the fields and the layers before its own."""


def names() -> frozenset[str]:
    """All derived columns."""
    return frozenset(name for layer in LAYERS for name in layer)
