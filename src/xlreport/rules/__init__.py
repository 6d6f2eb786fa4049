"""One expression of the check language, every target; a node of the language is added here.

`filling` makes `columns` of many submissions; `evaluate` says over them where a rule holds, those
of one shape (`shapes`) together, and makes the `Evaluation` that all others take; `excel` makes
formulas of it, `describe` Chinese sentences, `linear` linear constraints. The modules are the
doors: `columns` and `evaluate` load numpy, which not every caller needs; `fixed` works out the
numbers of one unit without it.
"""
