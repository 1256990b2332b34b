"""Rules over several records and over the offices' registers (Art. 9, 10, 12, 13)."""

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

_PAIRS = "FROM repeated_people p JOIN repeated_people r ON r.ZJHM = p.ZJHM AND r.level = p.level"

_SAME_DEGREE = (
    f"SELECT DISTINCT p.row_id {_PAIRS} WHERE p.row_id IS NOT NULL "
    "AND r.institution = p.institution AND r.XWLBM = p.XWLBM "
    "AND (r.row_id <> p.row_id "
    f"OR (r.row_id IS NULL AND ({_FILED_BEFORE}) IS NOT TRUE))"
)

_ELSEWHERE = (
    f"SELECT DISTINCT p.row_id {_PAIRS} WHERE p.row_id IS NOT NULL "
    "AND r.institution <> p.institution "
    "AND abs(date_diff('day', try_strptime(p.HXWRQ, '%Y%m%d'), try_strptime(r.HXWRQ, '%Y%m%d'))) "
    "<= 365"
)


def _filed_before(same_certificate: bool) -> str:
    other = "" if same_certificate else "NOT "
    return (
        f"SELECT DISTINCT p.row_id {_PAIRS} WHERE p.row_id IS NOT NULL AND r.row_id IS NULL "
        f"AND {_FILED_BEFORE} AND {other}coalesce(r.XWZSBH = p.XWZSBH, false)"
    )


def _unusual(field: str, role: str) -> str:
    """Row ids of records whose value is not the most frequent one of their filing.

    Only where the register of officers does not know the institution's terms of office.
    """
    counts = (
        f"SELECT filing_no, {field}, count(*) AS n FROM compared "
        f"WHERE {field} IS NOT NULL AND institution NOT IN "
        f"(SELECT institution FROM terms_of_office WHERE role = '{role}') GROUP BY ALL"
    )
    usual = (
        f"SELECT filing_no, {field} AS usual FROM ({counts}) "
        f"QUALIFY row_number() OVER (PARTITION BY filing_no ORDER BY n DESC, {field}) = 1 "
        "AND count(*) OVER (PARTITION BY filing_no) > 1"
    )
    return f"SELECT row_id FROM compared JOIN ({usual}) USING (filing_no) WHERE {field} <> usual"


def _out_of_term(field: str, role: str) -> str:
    """Row ids of records whose value is nobody who held the office on the conferral date."""
    return f"""
WITH named AS (
  SELECT DISTINCT institution, {field}, HXWRQ FROM compared
  WHERE {field} IS NOT NULL AND try_strptime(HXWRQ, '%Y%m%d') IS NOT NULL
    AND institution IN (SELECT institution FROM terms_of_office WHERE role = '{role}')),
wrong AS (
  SELECT n.* FROM named n ANTI JOIN terms_of_office t ON t.role = '{role}'
    AND t.institution = n.institution AND t.name = n.{field}
    AND try_strptime(n.HXWRQ, '%Y%m%d') BETWEEN t.valid_from AND t.valid_to)
SELECT row_id FROM compared SEMI JOIN wrong USING (institution, {field}, HXWRQ)"""


_CONFERRED = """
offered AS (
  SELECT DISTINCT institution, level, ZYDM, HXWRQ FROM compared
  WHERE ZYDM IS NOT NULL AND try_strptime(HXWRQ, '%Y%m%d') IS NOT NULL
    AND NOT regexp_full_match(ZYDM, '99J.*|[0-9]{2}7[0-9].*')
    AND institution IN (SELECT institution FROM authorised)),
terms AS (
  SELECT o.*, a.valid_from, a.valid_to FROM (
    SELECT *, unnest([ZYDM, left(ZYDM, 2), left(ZYDM, 4), left(ZYDM, 6)]) AS code FROM offered) o
  LEFT JOIN authorised a ON a.institution = o.institution AND a.level = o.level
    AND a.discipline = o.code),
judged AS (
  SELECT institution, level, ZYDM, HXWRQ,
    bool_or(coalesce(try_strptime(HXWRQ, '%Y%m%d') BETWEEN valid_from AND valid_to, false)) AS held,
    bool_or(coalesce(valid_from > try_strptime(HXWRQ, '%Y%m%d'), false)) AS held_later
  FROM terms GROUP BY ALL)"""
"""Authorisations by category, discipline or major. Shadow codes and cross-disciplinary ones are
authorised under another code, which no table tells for sure: they are not judged."""


def _not_authorised(condition: str) -> str:
    return (
        f"WITH {_CONFERRED} SELECT row_id FROM compared SEMI JOIN "
        f"(SELECT * FROM judged WHERE {condition}) USING (institution, level, ZYDM, HXWRQ)"
    )


_NO_TEMPLATE = """
WITH used AS (
  SELECT DISTINCT institution, level, category, HXWRQ FROM compared
  WHERE try_strptime(HXWRQ, '%Y%m%d') IS NOT NULL
    AND institution IN (SELECT institution FROM institutions_known)),
wrong AS (
  SELECT u.* FROM used u ANTI JOIN certificate_templates t ON t.institution = u.institution
    AND t.level = u.level AND coalesce(t.category, u.category) = u.category
    AND try_strptime(u.HXWRQ, '%Y%m%d') BETWEEN t.valid_from AND t.valid_to)
SELECT row_id FROM compared SEMI JOIN wrong USING (institution, level, category, HXWRQ)"""

_NO_EXAMS = """
WITH applicants AS (
  SELECT row_id, SQXWBH, ZJHM, try_strptime(HXWRQ, '%Y%m%d') AS conferred FROM compared
  WHERE category = 'M2' AND (SQXWBH IS NOT NULL OR ZJHM IS NOT NULL)),
passed AS (
  SELECT row_id, exam FROM applicants JOIN national_exams ON application_number = SQXWBH
    AND passed_on <= conferred
  UNION ALL
  SELECT row_id, exam FROM applicants JOIN national_exams ON id_number = ZJHM
    AND passed_on <= conferred)
SELECT row_id FROM applicants ANTI JOIN (
  SELECT row_id FROM passed GROUP BY row_id HAVING count(DISTINCT exam) = 2) USING (row_id)"""

_R39 = "第十条、第十三条（一） / Art. 10, 13(1)"
_ENROLMENT = {
    "XM": ("姓名", "The name"),
    "ZJHM": ("身份证件号码", "The identity number"),
    "XH": ("学号", "The student number"),
    "XBM": ("性别", "The sex"),
    "CSRQ": ("出生日期", "The date of birth"),
    "ZYDM": ("专业", "The major"),
    "RXNY": ("入学年月", "The enrolment month"),
    "BYNY": ("毕业年月", "The graduation month"),
}


def _enrolment(field: str, kind: str, zh: str, en: str) -> SetRule:
    return SetRule(
        "R39",
        Severity.HOLD,
        "与学籍学历信息不一致",
        "Disagrees with the enrolment register",
        _R39,
        field,
        f"SELECT row_id FROM enrolment_differences WHERE field = '{field}' AND kind = '{kind}'",
        zh,
        en,
        source="R",
        needs=("enrolment_differences",),
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
        "R19",
        Severity.ERROR,
        "获学位日期早于学位授权",
        "Conferred before the institution was authorised",
        "第九条（二）、第十二条（五） / Art. 9(2), 12(5)",
        "HXWRQ",
        _not_authorised("NOT held AND held_later"),
        "获学位日期早于本单位该层次、学科专业的授权日期",
        "The conferral date is before the institution's authorisation for level and discipline",
        source="M",
        needs=("authorised",),
    ),
    SetRule(
        "R28",
        Severity.HOLD,
        "不在学位授权范围",
        "Not authorised for level and discipline",
        "第十二条（五）、第十三条（一） / Art. 12(5), 13(1)",
        "ZYDM",
        _not_authorised("NOT held AND NOT held_later"),
        "获学位时本单位无该层次、学科专业的学位授权",
        "The institution is not authorised for this level and discipline at the conferral date",
        source="R",
        needs=("authorised",),
    ),
    *(
        SetRule(
            "R38",
            Severity.HOLD,
            "校长或主席姓名与任期不符",
            "President or chair do not fit the term of office",
            "第九条（二） / Art. 9(2)",
            field,
            query(field, role),
            zh.format(label),
            en.format(label_en),
            source="R",
        )
        for field, role, label, label_en in (
            ("XZXM", "president", "校（院、所）长姓名", "The president"),
            ("ZXXM", "chair", "学位评定委员会主席姓名", "The chair of the committee"),
        )
        for query, zh, en in (
            (
                _unusual,
                "{}与本次报送的其他信息不一致",
                "{} differs from the other records of the filing",
            ),
            (
                _out_of_term,
                "{}不是获学位日期在任人员",
                "{} did not hold the office on the conferral date",
            ),
        )
    ),
    *(
        _enrolment(
            field, "differs", f"{zh}与学籍学历信息不一致", f"{en} differs from the enrolment record"
        )
        for field, (zh, en) in _ENROLMENT.items()
    ),
    *(
        _enrolment(
            field, "absent", "学籍学历信息中没有此人", "The person is not in the enrolment register"
        )
        for field in ("XH", "ZJHM")
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
    SetRule(
        "C01",
        Severity.HOLD,
        "缺少国家统考成绩",
        "No national examination results",
        "第十三条（一） / Art. 13(1)",
        "SQXWBH",
        _NO_EXAMS,
        "未查到该同等学力人员在获学位前通过外国语和学科综合水平全国统一考试",
        "The applicant is not known to have passed both national examinations before the degree",
        source="R",
        needs=("national_exams",),
    ),
    SetRule(
        "C02",
        Severity.HOLD,
        "没有匹配的学位证书样式",
        "No certificate template matches",
        "第十二条（七） / Art. 12(7)",
        "XWLBM",
        _NO_TEMPLATE,
        "本单位没有在获学位日期有效的该层次学位证书样式",
        "The institution has registered no certificate template for this level and day",
        source="R",
        needs=("certificate_templates", "institutions_known"),
    ),
)
