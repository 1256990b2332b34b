"""Rules over a filing as a whole: what jumps against earlier semesters (R44)."""

from pipelines.standard.rules.model import FilingRule, Severity

FEWEST = 100
"""Filings of fewer lines say nothing about shares."""

VOLUME_JUMP, SEX_JUMP, SAME_DAY = 1.5, 0.3, 0.1

_LINES = (
    "SELECT filing_no, any_value(institution) AS institution, count(*) AS lines "
    "FROM compared GROUP BY filing_no"
)

_VOLUME = f"""
WITH filed AS ({_LINES}),
  now AS (SELECT institution, sum(lines) AS lines FROM filed GROUP BY ALL)
SELECT filing_no FROM filed JOIN now USING (institution)
JOIN earlier_volumes e USING (institution)
WHERE now.lines + e.lines_so_far > {VOLUME_JUMP} * e.lines_before AND e.lines_before >= {FEWEST}"""

_SEX = f"""
WITH filed AS (
  SELECT filing_no, any_value(institution) AS institution, count(*) AS lines,
    avg((coalesce(XBM, CASE XB WHEN '男' THEN '1' WHEN '女' THEN '2' END) = '1')::INTEGER) AS men
  FROM compared GROUP BY filing_no HAVING count(*) >= {FEWEST})
SELECT filing_no FROM filed LEFT JOIN earlier_volumes e USING (institution)
WHERE men IN (0, 1) OR (abs(men - e.men_before) > {SEX_JUMP} AND e.lines_before >= {FEWEST})"""

_BIRTHDAY = f"""
WITH days AS (SELECT filing_no, CSRQ, count(*) AS n FROM compared GROUP BY ALL)
SELECT filing_no FROM days GROUP BY filing_no
HAVING sum(n) >= {FEWEST} AND max(n) FILTER (CSRQ IS NOT NULL) > {SAME_DAY} * sum(n)"""


def _jump(field: str, bad_filings: str, zh: str, en: str) -> FilingRule:
    return FilingRule(
        "R44",
        Severity.WARNING,
        "与以往学期相比异常",
        "A jump against earlier semesters",
        "第十三条（一）（四） / Art. 13(1), (4)",
        field,
        bad_filings,
        zh,
        en,
        source="M",
    )


FILING_RULES: tuple[FilingRule, ...] = (
    _jump(
        "XWSYDWM",
        _VOLUME,
        "本单位本学期报送数量超过上一可比学期的1.5倍，请核实",
        "The institution files more than 1.5 times the last comparable semester",
    ),
    _jump(
        "XBM",
        _SEX,
        "本次报送性别全部相同，或男女比例与上一可比学期相差超过30个百分点，请核实",
        "Only one sex, or a share that differs from the last comparable semester by more than 30 "
        "points",
    ),
    _jump(
        "CSRQ",
        _BIRTHDAY,
        "本次报送超过一成的记录出生日期相同，请核实",
        "More than a tenth of the filing has the same date of birth",
    ),
)
