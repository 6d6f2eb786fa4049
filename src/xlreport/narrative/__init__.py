"""What a unit's texts say against its tables.

The door is `compare.compare_texts`. Below it: `lexicon` (the words that are known, and the tokens
of a text), `numerals`, `claims` (which numbers a clause states, by a table of named conditions)
and `self_reference` (where a text takes itself for the report of another year or unit). All that
is about a form, its subjects and their words, stands in the form's definition.
"""

from xlreport.narrative.compare import TextComparison, compare_texts

__all__ = ["TextComparison", "compare_texts"]
