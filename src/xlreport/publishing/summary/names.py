"""The sheets that a summary has beside those of every workbook."""

from __future__ import annotations

OVERVIEW_SHEET = "概况"
STATUS_SHEET = "报送情况"
FINDINGS_SHEET = "校验结果"
TEXTS_SHEET = "各单位文字材料"
EXPLANATIONS_SHEET = "各单位说明"
CHART_DATA_SHEET = "图表数据"
TECHNICAL_SHEET = "技术信息"
