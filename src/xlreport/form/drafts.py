"""The parts of the published report from their definitions: their order, and the texts that are
drafted from numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from xlreport.findings import Severity
from xlreport.form import expression as ex
from xlreport.form.builder import Report, with_paths
from xlreport.form.model import Check, Draft, Sentence, Word
from xlreport.form.parser import Names, RuleError, bind_condition, bind_number
from xlreport.form.schema import DraftDef, FormDef, ParagraphDef, SentenceDef
from xlreport.form.yaml_source import Path

_IN_BRACES = re.compile(r"\{([^{}]*)\}")
_WORDS = {word.value: word for word in Word}


def build_order(definition: FormDef, report: Report) -> tuple[str, ...]:
    """The parts of the report; mistakes go to `report(path, text, offset)`."""
    tables = [table.id for table in definition.tables]
    texts = [f"text.{text.id}" for text in definition.texts]
    parts = (*tables, *texts)
    if not definition.order:
        return parts
    for name, path in with_paths(definition.order, (), "order"):
        if name not in parts:
            report(path, f"没有表或文字“{name}”")
        elif definition.order.count(name) > 1:
            report(path, f"“{name}”写了两次")
    for name in parts:
        if name not in definition.order:
            report(("order",), f"缺少“{name}”")
    return definition.order


def build_drafts(definition: FormDef, names: Names, report: Report) -> tuple[Draft, ...]:
    """The drafts of a form; mistakes go to `report(path, text, offset)`."""
    builder = _DraftBuilder(names, report)
    return tuple(builder.draft(*placed) for placed in with_paths(definition.drafts, (), "drafts"))


def too_large(drafts: Sequence[Draft], bounds: Mapping[str, Decimal]) -> Iterator[Path]:
    """The places of sentences with numbers that could leave 64-bit integers."""
    for place, sentence in _placed(drafts):
        if any(ex.overflows(number, bounds) for number in sentence.numbers):
            yield (*place, "say")
        if sentence.when is not None and ex.compares_inexactly(sentence.when, bounds):
            yield (*place, "when")


def _placed(drafts: Sequence[Draft]) -> Iterator[tuple[Path, Sentence]]:
    for i, draft in enumerate(drafts):
        for j, paragraph in enumerate(draft.paragraphs):
            for k, sentence in enumerate(paragraph):
                yield ("drafts", i, "paragraphs", j, "sentences", k), sentence


class _DraftBuilder:
    def __init__(self, names: Names, report: Report) -> None:
        self.names = names
        self.report = report
        self.drafted: set[str] = set()

    def draft(self, item: DraftDef, path: Path) -> Draft:
        """A draft with its sentences."""
        if item.text not in self.names.texts:
            self.report((*path, "text"), f"没有文字“{item.text}”")
        if item.text in self.drafted:
            self.report((*path, "text"), f"“{item.text}”的初稿写了两份")
        self.drafted.add(item.text)
        placed = with_paths(item.paragraphs, path, "paragraphs")
        paragraphs = tuple(self.paragraph(paragraph, here) for paragraph, here in placed)
        return Draft(item.text, paragraphs, item.note)

    def paragraph(self, item: ParagraphDef, path: Path) -> tuple[Sentence, ...]:
        """The sentences of a paragraph."""
        placed = with_paths(item.sentences, path, "sentences")
        return tuple(self.sentence(sentence, here) for sentence, here in placed)

    def sentence(self, item: SentenceDef, path: Path) -> Sentence:
        """A sentence with its numbers and its condition."""
        pieces = tuple(self.pieces(item.say, (*path, "say")))
        return Sentence(pieces, self.condition(item, path))

    def pieces(self, say: str, path: Path) -> Iterator[str | Word | ex.Number]:
        """Words, names and numbers as they follow one another."""
        place = 0
        for part in _IN_BRACES.finditer(say):
            yield from self.words(say[place : part.start()], path, place)
            yield from self.named(part, path)
            place = part.end()
        yield from self.words(say[place:], path, place)

    def words(self, words: str, path: Path, offset: int) -> Iterator[str]:
        """What is said as it is written."""
        for brace in "{}":
            if brace in words:
                place = offset + words.index(brace)
                self.report(path, "花括号要成对，里面写一个数", place)
        if words:
            yield words

    def named(self, part: re.Match[str], path: Path) -> Iterator[Word | ex.Number]:
        """What stands in braces."""
        written = part[1]
        word = _WORDS.get(written.strip())
        if word is not None:
            yield word
            return
        before = len(written) - len(written.lstrip())
        try:
            yield bind_number(_as_check(written), self.names)
        except RuleError as error:
            place = part.start(1) + before + error.offset
            self.report(path, f"“{written}”：{error.text}", place)

    def condition(self, item: SentenceDef, path: Path) -> ex.Truth | None:
        """When a sentence is said."""
        if item.when is None:
            return None
        try:
            return bind_condition(_as_check(item.when), self.names)
        except RuleError as error:
            self.report((*path, "when"), error.text, error.offset)
            return None


def _as_check(rule: str) -> Check:
    """A number or a condition in the shape of a rule, as the parser takes it."""
    return Check("", "", Severity.NOTE, None, rule.strip(), "", Decimal(0))
