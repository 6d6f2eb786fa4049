"""One expression of the check language, every target; a node of the language is added here.

`evaluate` says over `columns` of many submissions where it holds, and makes the `Evaluation` that
all others take; `excel` makes formulas of it, `describe` Chinese sentences, `linear` linear
constraints. The modules are the doors: `columns` and `evaluate` load numpy, which not every caller
needs.
"""
