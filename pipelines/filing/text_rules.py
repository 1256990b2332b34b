"""What is told of the texts of a record (T): repairs, private-use characters, mojibake, as data.

Rows are the arguments of ``DoorRule``: code, severity, Chinese text, English text, basis.
"""

ERROR, HOLD, REPAIRED = "error", "hold", "repaired"

TEXT_RULES = (
    (
        "T01",
        REPAIRED,
        "全角数字或字母已改为半角，请在源数据中更正",
        "full-width digits or letters were read as ASCII: correct the source",
        "Art. 8; Art. 12(1)",
    ),
    (
        "T02",
        REPAIRED,
        "姓名间隔号已改为“·”（U+00B7），请在源数据中更正",
        "the separator in the name was read as the middle dot U+00B7: correct the source",
        "Art. 8; Art. 12(1)",
    ),
    (
        "T03",
        REPAIRED,
        "已去除不可见字符或首尾空格，请在源数据中更正",
        "invisible characters or outer blanks were removed: correct the source",
        "Art. 8; Art. 12(1)",
    ),
    (
        "T04",
        REPAIRED,
        "私用区字符已按 GB 18030-2022 读作正式编码的汉字，请核对",
        "a private-use character was read as GB 18030-2022 encodes it: please compare",
        "GB 18030-2022; Art. 12(1)",
    ),
    (
        "T05",
        REPAIRED,
        "兼容汉字已改为统一汉字（NFC），请核对",
        "a compatibility ideograph was read as the unified one (NFC): please compare",
        "GB 18030-2022; Art. 12(1)",
    ),
    (
        "T06",
        REPAIRED,
        "繁体字或括号写法已改为代码表（目录）的写法，请在源数据中更正",
        "a traditional form or other brackets were read as the code table writes it",
        "Art. 8; Art. 12(1)",
    ),
    (
        "T08",
        HOLD,
        "含有私用区字符（自造字），不能确认是哪个字，请改用国家标准编码或提供说明",
        "a private-use character: nobody can tell which it is; use its standard code or explain",
        "GB 18030-2022; Art. 12(5)",
    ),
    (
        "T09",
        ERROR,
        "含有乱码（转码时丢失或误读的文字），请从源数据重新导出",
        "characters were lost or misread in transcoding: export again from the source",
        "Art. 12(5)",
    ),
)
