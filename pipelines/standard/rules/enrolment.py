"""The record beside its enrolment record, field by field (Art. 10, 13)."""

from pipelines.standard.rules.model import SetRule, Severity

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
)
