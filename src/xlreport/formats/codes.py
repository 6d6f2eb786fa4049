"""The codes of what reading bytes as a workbook or an archive can find. They are permanent: people quote them by telephone."""

from __future__ import annotations

from xlreport.findings import Code, Severity, register

R1 = Code("R1", "不是能读取的工作簿", Severity.ERROR, "只有表格工作簿能读取。")
R2 = Code("R2", "文件损坏", Severity.ERROR, "压缩包或其中的部件不完整、校验码不符时，数字不可信。")
R3 = Code("R3", "文件超出限制", Severity.ERROR, "过大的文件可能耗尽内存，正常报表不会这么大。")
R4 = Code("R4", "含有不安全的 XML", Severity.ERROR, "正常的工作簿没有 DTD 和实体定义。")
R6 = Code("R6", "打不开的文件", Severity.ERROR, "链接、设备文件和没有读取权限的文件不读取。")
R20 = Code("R20", "工作簿加了打开密码", Severity.ERROR, "没有密码读不出来，只有报送单位知道密码。")

register(R1, R2, R3, R4, R6, R20)
