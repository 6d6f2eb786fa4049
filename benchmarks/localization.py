"""How often the likely cell is the right one: simulated slips in the sample county, a table in
Markdown.

    python benchmarks/localization.py [CASES]

Each case takes a report of the samples in which everything holds, makes one slip in the cells of
its balances so that some error rule notices, and asks for hints. Slips that no rule notices are not
counted: nothing can say anything about them.
"""

from __future__ import annotations

import random
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from itertools import islice
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "samples"))

from tabletext import load  # noqa: E402
from xlreport import Entry, Form, Submission, Unit, get_form  # noqa: E402
from xlreport.checking.constraints import constraint_system  # noqa: E402
from xlreport.checking.keying_errors import neighbours  # noqa: E402
from xlreport.checking.suspects import Suspects, find_suspects  # noqa: E402
from xlreport.findings import Severity  # noqa: E402
from xlreport.form.model import Instance  # noqa: E402
from xlreport.rules.evaluate import Verdict, evaluate, evaluate_submissions  # noqa: E402
from xlreport.rules.filling import column_store  # noqa: E402
from xlreport.rules.fixed import from_fixed  # noqa: E402

CASES = 1000
ATTEMPTS = 300
"""Per case; where a report has no room for a kind of slip, another one is taken."""

Numbers = Mapping[str, Decimal]
Slip = Callable[[random.Random, Form, Numbers], dict[str, Decimal] | None]


def digits(change: Callable[[random.Random, str], str | None]) -> Slip:
    """A slip in the digits of one cell."""

    def slip(rng: random.Random, _: Form, numbers: Numbers) -> dict[str, Decimal] | None:
        name = rng.choice([n for n, value in numbers.items() if value > 0 and value == int(value)])
        now = change(rng, str(int(numbers[name])))
        return {name: Decimal(now)} if now else None

    return slip


def swapped(rng: random.Random, text: str) -> str | None:
    if len(text) < 2:
        return None
    i = rng.randrange(len(text) - 1)
    return text[:i] + text[i + 1] + text[i] + text[i + 2 :]


def one_wrong(rng: random.Random, text: str) -> str | None:
    i = rng.randrange(len(text))
    return text[:i] + rng.choice("0123456789") + text[i + 1 :]


def one_of_several_wrong(rng: random.Random, text: str) -> str | None:
    return one_wrong(rng, text) if len(text) > 1 else None


def one_missing(rng: random.Random, text: str) -> str | None:
    i = rng.randrange(len(text))
    return text[:i] + text[i + 1 :] or None


def one_doubled(rng: random.Random, text: str) -> str | None:
    i = rng.randrange(len(text))
    return text[:i] + text[i] + text[i:]


def one_more(rng: random.Random, text: str) -> str | None:
    i = rng.randrange(len(text) + 1)
    return text[:i] + rng.choice("123456789") + text[i:]


def zero_more(_: random.Random, text: str) -> str | None:
    return text + "0"


def zero_less(_: random.Random, text: str) -> str | None:
    return text[:-1] if text.endswith("0") and len(text) > 1 else None


def minus(_: random.Random, text: str) -> str | None:
    return f"-{text}"


def any_other(rng: random.Random, text: str) -> str | None:
    return str(rng.randrange(2 * int(text) + 10))


def pairs(change: Callable[[Decimal, Decimal], tuple[Decimal, Decimal] | None]) -> Slip:
    """A slip between two neighbouring cells."""

    def slip(rng: random.Random, form: Form, numbers: Numbers) -> dict[str, Decimal] | None:
        known = neighbours(form, numbers)
        first, second = rng.sample(
            rng.choice([(a, b) for a, b, _ in known if numbers[a] or numbers[b]]), 2
        )
        new = change(numbers[first], numbers[second])
        return dict(zip((first, second), new, strict=True)) if new else None

    return slip


def twice(slip: Slip) -> Slip:
    """The slip in two cells."""

    def both(rng: random.Random, form: Form, numbers: Numbers) -> dict[str, Decimal] | None:
        first, second = slip(rng, form, numbers), slip(rng, form, numbers)
        return {**first, **second} if first and second and first.keys().isdisjoint(second) else None

    return both


SLIPS: dict[str, Slip] = {
    "两位数字颠倒": digits(swapped),
    "一位数字有误（两位以上的数）": digits(one_of_several_wrong),
    "一位数字有误（任何数）": digits(one_wrong),
    "漏了一位数字": digits(one_missing),
    "一位数字重复": digits(one_doubled),
    "多了一位数字": digits(one_more),
    "多了一个 0": digits(zero_more),
    "少了一个 0": digits(zero_less),
    "多了负号": digits(minus),
    "填成相邻格的数": pairs(lambda _, b: (b, b) if b else None),
    "两格填反": pairs(lambda a, b: (b, a) if a and b else None),
    "填错了格": pairs(lambda a, b: (b, a) if not a or not b else None),
    "两处数字颠倒": twice(digits(swapped)),
    "不是笔误（任意数）": digits(any_other),
}
OUTCOMES = ("唯一，正确", "列出，其中有", "没有说", "列出，其中没有", "唯一，不对")


def reports(form: Form) -> list[Submission]:
    """The samples in which all error rules hold."""
    paths = sorted((ROOT / "samples" / "source" / "2025").glob("*.txt"))
    found = [load(path, form, Unit("示例县")) for path in paths]
    complete = [s for s in found if all(e.value is not None for e in s.entries.values())]
    return [s for s, rules in zip(complete, failing(form, complete), strict=True) if not rules]


def failing(form: Form, submissions: list[Submission]) -> list[list[Instance]]:
    """The error rules that fail, for each report."""
    rules = [i for i in form.instances if i.check.severity is Severity.ERROR]
    verdicts = evaluate(rules, column_store(form, submissions))
    return [
        [rule for rule, verdict in zip(rules, column, strict=True) if verdict == Verdict.FAILS]
        for column in verdicts.T
    ]


def typed_over(form: Form, submission: Submission) -> Submission:
    """The report with all totals typed in, as in a file whose formulas were pasted over."""
    batch = column_store(form, [submission])
    over = {f.id: Entry.of(from_fixed(int(batch.columns[f.id].values[0]))) for f in form.computed}
    return replace(submission, overrides=over)


def with_slips(
    rng: random.Random, form: Form, submissions: list[Submission], slip: Slip, cases: int
) -> Iterator[tuple[Submission, dict[str, Decimal]]]:
    """Reports with a slip that a rule notices, and what was right."""
    made: list[tuple[Submission, dict[str, Decimal]]] = []
    numbers = [(report, _balanced_numbers(form, report)) for report in submissions]
    for _ in range(ATTEMPTS * cases):
        report, right = rng.choice(numbers)
        if not any(right.values()):
            continue
        new = slip(rng, form, right)
        new = {name: value for name, value in (new or {}).items() if value != right[name]}
        if len(made) == 2 * cases:
            break
        if new:
            typed = {
                **report.entries,
                **{n: Entry.of(v) for n, v in new.items() if n in report.entries},
            }
            over = {
                **report.overrides,
                **{n: Entry.of(v) for n, v in new.items() if n in report.overrides},
            }
            made.append(
                (
                    replace(report, entries=typed, overrides=over),
                    {name: right[name] for name in new},
                )
            )
    noticed = (
        case for case, rules in zip(made, failing(form, [w for w, _ in made]), strict=True) if rules
    )
    yield from islice(noticed, cases)


def _balanced_numbers(form: Form, report: Submission) -> dict[str, Decimal]:
    """The cells that some balance ties to others."""
    entries = {**report.entries, **report.overrides}
    names = dict.fromkeys(
        name for row in constraint_system(form, report).rows for name in row.coefficients
    )
    return {name: value for name in names if (value := entries[name].value) is not None}


def outcome(hints: list[Suspects], right: dict[str, Decimal]) -> str:
    """What was said, against the truth; of several hints the worst counts."""
    if not hints:
        return OUTCOMES[2]
    return max((_outcome(hint, right) for hint in hints), key=OUTCOMES.index)


def _outcome(hint: Suspects, right: dict[str, Decimal]) -> str:
    listed = [{c.field: c.proposed for c in e.corrections} for e in hint.explanations]
    true = any(one.items() <= right.items() for one in listed)
    if len(listed) == 1:
        return OUTCOMES[0] if true else OUTCOMES[4]
    return OUTCOMES[1] if true else OUTCOMES[3]


def rows(
    form: Form, submissions: list[Submission], cases: int, times: list[float]
) -> Iterator[str]:
    yield f"| 笔误 | 例数 | {' | '.join(OUTCOMES)} |"
    yield "| --- | --- | " + " | ".join("---" for _ in OUTCOMES) + " |"
    for kind, slip in SLIPS.items():
        rng, counts = random.Random(kind), Counter[str]()
        for wrong, right in with_slips(rng, form, submissions, slip, cases):
            evaluation = evaluate_submissions(form, [wrong])
            start = time.perf_counter()
            hints = find_suspects(evaluation, 0)
            times.append(time.perf_counter() - start)
            counts[outcome(hints, right)] += 1
        total = counts.total()
        shares = (f"{counts[o] / total:.1%}" if total else "—" for o in OUTCOMES)
        yield f"| {kind} | {total} | {' | '.join(shares)} |"


def main() -> None:
    cases = int(sys.argv[1]) if len(sys.argv) > 1 else CASES
    form = get_form("zfxxgk-2021")
    submissions = reports(form)
    times: list[float] = []
    print(f"{len(submissions)} 份报表，总计由公式算出：\n")
    print("\n".join(rows(form, submissions, cases, times)))
    print("\n总计也是填写的（公式被覆盖）：\n")
    print("\n".join(rows(form, [typed_over(form, s) for s in submissions], cases, times)))
    median = statistics.median(times) * 1000
    slow = statistics.quantiles(times, n=100)[98] * 1000
    print(f"\n用时：中位数 {median:.1f} 毫秒，99 % 在 {slow:.1f} 毫秒以内。")


if __name__ == "__main__":
    main()
