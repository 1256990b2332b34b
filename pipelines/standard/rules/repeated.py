"""What may not stand twice: certificates, people, records, theses (Art. 12, 13, 16)."""

from pipelines.standard.rules.model import SetRule, Severity

MANY_KEYWORDS = 20
"""So many records of an institution with equal keywords are copied, not chosen."""


DIGESTS = {
    "certificate": ("XWZSBH",),
    "person": ("ZJHM", "level"),
    "title": ("LWTM", "institution"),
    "keywords": ("LWGJC", "institution"),
}
"""What may stand more than once: the columns of ``compared`` that are hashed into ``digests``, all
in one pass. The first of them must be filled."""


def _repeated(digest: str, times: int = 2) -> str:
    """Row ids of records that share the columns of a digest with others.

    Hashes are counted first, values only where a hash stands as often: on a million records a
    third of the time of grouping the texts themselves.
    """
    suspects = (
        f"SELECT row_id FROM digests SEMI JOIN (SELECT {digest} FROM digests "
        f"WHERE {digest} IS NOT NULL GROUP BY ALL HAVING count(*) >= {times}) USING ({digest})"
    )
    columns = ", ".join(DIGESTS[digest])
    return (
        f"SELECT row_id FROM compared SEMI JOIN ({suspects}) USING (row_id) "
        f"QUALIFY count(*) OVER (PARTITION BY {columns}) >= {times}"
    )


_FILED_BEFORE = (
    "r.institution = p.institution AND r.ZJHM = p.ZJHM AND r.level = p.level AND "
    "(r.XWZSBH = p.XWZSBH OR (r.HXWRQ = p.HXWRQ AND r.XWLBM = p.XWLBM))"
)
"""A registered record ``r`` is the record ``p``: unit and certificate, else person and day."""

_BESIDE_REGISTERED = (
    "FROM repeated_people p JOIN (SELECT * FROM repeated_people WHERE row_id IS NULL) r "
    "ON r.ZJHM = p.ZJHM AND r.level = p.level WHERE p.row_id IS NOT NULL"
)
"""Records beside registered ones of the same person. Records of a batch are never paired with each
other: a filing with one number in every line would make as many pairs as its lines squared."""

_SAME_DEGREE = (
    "SELECT row_id FROM (SELECT row_id, institution, ZJHM, level, XWLBM FROM repeated_people "
    "WHERE row_id IS NOT NULL AND XWLBM IS NOT NULL) "
    "QUALIFY count(*) OVER (PARTITION BY institution, ZJHM, level, XWLBM) > 1 "
    f"UNION SELECT p.row_id {_BESIDE_REGISTERED} AND r.institution = p.institution "
    f"AND r.XWLBM = p.XWLBM AND ({_FILED_BEFORE}) IS NOT TRUE"
)

_ELSEWHERE = """
WITH degrees AS (
  SELECT DISTINCT institution, ZJHM, level, HXWRQ, try_strptime(HXWRQ, '%Y%m%d') AS conferred
  FROM repeated_people),
twice AS (
  SELECT DISTINCT p.institution, p.ZJHM, p.level, p.HXWRQ FROM degrees p JOIN degrees r
    ON r.ZJHM = p.ZJHM AND r.level = p.level AND r.institution <> p.institution
  WHERE abs(date_diff('day', p.conferred, r.conferred)) <= 365)
SELECT row_id FROM repeated_people SEMI JOIN twice USING (institution, ZJHM, level, HXWRQ)
WHERE row_id IS NOT NULL"""


def _filed_before(same_certificate: bool) -> str:
    other = "" if same_certificate else "NOT "
    return (
        f"SELECT DISTINCT p.row_id {_BESIDE_REGISTERED} "
        f"AND {_FILED_BEFORE} AND {other}coalesce(r.XWZSBH = p.XWZSBH, false)"
    )


SET_RULES: tuple[SetRule, ...] = (
    SetRule(
        "R11",
        Severity.ERROR,
        "学位证书编号重复",
        "The certificate number is not unique",
        "学位〔2015〕18号; 第十三条（一） / Art. 13(1)",
        "XWZSBH",
        _repeated("certificate")
        + " UNION SELECT p.row_id FROM compared p JOIN registered r ON r.XWZSBH = p.XWZSBH "
        "WHERE (r.institution = p.institution AND r.ZJHM = p.ZJHM AND r.level = p.level) "
        "IS NOT TRUE",
        "学位证书编号与本省其他已报送或已备案的信息重复",
        "The certificate number stands in another record filed or registered in the province",
        source="S",
    ),
    SetRule(
        "R12",
        Severity.HOLD,
        "同一人同层次同类别重复",
        "The same person, level and degree category twice",
        "第十三条（一） / Art. 13(1)",
        "ZJHM",
        _SAME_DEGREE,
        "同一人在本单位有多条同层次、同学位类别的信息",
        "The same person has several records of this level and degree category here",
        source="M",
    ),
    SetRule(
        "R13",
        Severity.HOLD,
        "同一人一年内在不同单位获同层次学位",
        "The same person, a degree of the same level from two institutions within a year",
        "第十三条（一） / Art. 13(1)",
        "ZJHM",
        _ELSEWHERE,
        "同一人12个月内在其他单位有同层次学位信息，请核实",
        "The same person has a degree of this level from another institution within 12 months",
        source="M",
    ),
    *(
        SetRule(
            "R14",
            Severity.ERROR,
            "已备案的信息重复报送",
            "A registered record filed again",
            "第十二条、第十六条 / Art. 12, 16",
            field,
            _filed_before(same_certificate),
            zh,
            en,
            source="S",
        )
        for field, same_certificate, zh, en in (
            (
                "XWZSBH",
                True,
                "该信息已备案，不得重复报送；需要更改的应按第十八条申请",
                "The record is registered already; a change needs an application (Art. 18)",
            ),
            (
                "ZJHM",
                False,
                "同一人同日同层次同类别的学位已以其他证书编号备案",
                "The same person's degree of that day is registered with another certificate",
            ),
        )
    ),
    SetRule(
        "R43",
        Severity.WARNING,
        "论文题目重复",
        "A thesis title stands more than once",
        "第十三条（一） / Art. 13(1)",
        "LWTM",
        _repeated("title"),
        "论文题目与本单位其他信息重复，请核实",
        "The thesis title stands in another record of the institution",
        source="M",
    ),
    SetRule(
        "R43",
        Severity.WARNING,
        "论文题目重复",
        "A thesis title stands more than once",
        "第十三条（一） / Art. 13(1)",
        "LWGJC",
        _repeated("keywords", MANY_KEYWORDS),
        f"论文关键词与本单位至少{MANY_KEYWORDS - 1}条其他信息完全相同，请核实",
        f"The keywords stand in at least {MANY_KEYWORDS - 1} other records of the institution",
        source="M",
    ),
)
