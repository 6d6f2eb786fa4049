"""What a unit says about a warning, judged: words that explain nothing do not settle it."""

from __future__ import annotations

from xlreport.rules.explanations import explains, substance
from xlreport.submission import Submission, rule_of
from xlreport.text import quote

SAYS_NOTHING = "填写说明“{words}”没有说明原因：请写明发生了什么、涉及多少"
ONLY_THE_NAME = "填写说明里只有单位名称：请写明发生了什么、涉及多少"
NOT_ENOUGH = "原来的说明不够，请写明原因"
"""What is said of all of them where a finding has no room for more."""

LAST_YEARS = "填写说明与上年的一字不差：请写明今年发生了什么、涉及多少"


def why_not_enough(words: str, code: str, submission: Submission) -> str:
    """What is missing in a unit's words about a finding of this code; empty where they explain
    it."""
    said = substance(words)
    names = (submission.unit.name, *submission.known_as)
    if said in map(substance, filter(None, names)):
        return ONLY_THE_NAME
    if not explains(words):
        return SAYS_NOTHING.format(words=quote(words))
    if said in map(substance, _last_years(submission, code)):
        return LAST_YEARS
    return ""


def _last_years(submission: Submission, code: str) -> list[str]:
    """What the unit said about the same rule the year before."""
    if submission.prior_year is None:
        return []
    rule = rule_of(code)
    before = submission.prior_year.explanations
    return [words for key, words in before.items() if rule_of(key) == rule]
