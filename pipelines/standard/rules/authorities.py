"""What an institution may do and who leads it, as the offices' registers say (Art. 9, 12, 13)."""

from datetime import date

from pipelines.standard.rules.model import SetRule, Severity


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


SET_RULES: tuple[SetRule, ...] = (
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
        "第十二条（七）；学位〔2015〕18号 / Art. 12(7)",
        "XWLBM",
        _NO_TEMPLATE,
        "本单位没有在获学位日期有效的该层次学位证书样式",
        "The institution has registered no certificate template for this level and day",
        source="R",
        needs=("certificate_templates", "institutions_known"),
        since=date(2016, 1, 1),  # institutions make their own certificates since then
    ),
)
