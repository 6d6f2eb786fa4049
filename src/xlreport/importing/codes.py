"""The codes of reading reports that are not our workbooks, and what is said under each.

Codes are permanent: people quote them by telephone.
"""

from __future__ import annotations

from xlreport.findings import Code, Severity, register

R36 = Code(
    "R36",
    "不是县里发的模板",
    Severity.ERROR,
    "自己打的表、公布过的网页和 Word 没有锁定，也没有单位代码；数字读得出来，是否计入由县里决定。",
)

register(R36)

NOT_OUR_WORKBOOK = R36.message(
    "这不是县里发的模板，但数字可以读出", "请用县里发的模板报送；县里也可以决定照样计入"
)
