"""What readers find in record files of any format: cells (K), files and sheets (F19 on), as data.

Rows are the arguments of ``DoorRule``: code, severity, Chinese text, English text, basis.
"""

ERROR, WARNING = "error", "warning"

READING_RULES = (
    (
        "F19",
        ERROR,
        "文件不是清单所写的 {format} 格式：{reason_zh}",
        "the file is not in the declared format {format}: {reason_en}",
        "Art. 8; Art. 12(1)",
    ),
    (
        "F20",
        ERROR,
        "文件已损坏或不完整：{reason_zh}",
        "the file is damaged or incomplete: {reason_en}",
        "Art. 12(4)",
    ),
    (
        "F21",
        ERROR,
        "文件展开后过大或不安全，未读取：{reason_zh}",
        "the file is too large when unpacked or unsafe, not read: {reason_en}",
        "Art. 26",
    ),
    (
        "F22",
        WARNING,
        "第 {rows} 行是标题、填写说明或示例，未作为记录读取",
        "row {rows}: title, instructions or sample, not read as a record",
        "Art. 12(1)",
    ),
    (
        "F23",
        WARNING,
        "第 {sheets} 张工作表也有内容，未读取；记录应放在一张工作表内",
        "sheet {sheets} holds content too and was not read: records belong in one sheet",
        "Art. 12(1)",
    ),
    (
        "F24",
        WARNING,
        "文件内有 {count} 条带删除标记的记录，未读取",
        "the file holds {count} records that are marked as deleted: not read",
        "Art. 12(1)",
    ),
    (
        "F25",
        ERROR,
        "DBF 文件头与内容不符：{reason_zh}；文件头写 {declared}，实为 {found}",
        "the DBF header differs from the content: {reason_en}; declared {declared}, found {found}",
        "Art. 12(4)",
    ),
    (
        "F26",
        ERROR,
        "第 {column} 列（{letter}）的数据类型不能读取：{reason_zh}",
        "column {column} ({letter}) has a type that cannot be read: {reason_en}",
        "Art. 8; Art. 12(1)",
    ),
    (
        "F27",
        ERROR,
        "DBF 文件的代码页（0x{page}）不受支持，应为 0x4D（GBK）或 0x00",
        "the DBF code page 0x{page} is not supported: 0x4D (GBK) or 0x00 is",
        "Art. 12(1)",
    ),
    (
        "F28",
        WARNING,
        "类别 {category} 有 {count} 个记录文件，已分别读取；请确认没有重复报送",
        "category {category} has {count} record files, all read: make sure nothing is filed twice",
        "Art. 12(4)",
    ),
    (
        "F29",
        ERROR,
        "文件与清单第 {other} 个文件的内容完全相同，同一文件报送了两次",
        "the file is identical with file {other} of the manifest: the same file is filed twice",
        "Art. 12(4)",
    ),
    (
        "K01",
        ERROR,
        "单元格是数值且位数超过15位或带小数，原有数字已丢失；请设为文本格式后重新填写",
        "a number cell with more than 15 digits or a fraction: digits are lost; type it as text",
        "Art. 12(1)",
    ),
    (
        "K02",
        WARNING,
        "单元格是数值而非文本，开头的0可能已丢失；已按数字原样读取",
        "a number cell in a text column: leading zeros may be lost; its digits were read",
        "Art. 12(1)",
    ),
    (
        "K03",
        ERROR,
        "单元格是日期而非文本，请按数据标准的格式填写为文本",
        "a date cell in a text column: type it as text in the form of the standard",
        "Art. 12(1)",
    ),
    (
        "K04",
        ERROR,
        "单元格是错误值或逻辑值，不是文本",
        "the cell holds an error or a truth value, not text",
        "Art. 12(1)",
    ),
    (
        "K05",
        ERROR,
        "字段过长，末尾的汉字被截断；已读取截断处之前的文字",
        "the field was too long: its last Han character was cut; what stands before was read",
        "Art. 12(1)",
    ),
)
