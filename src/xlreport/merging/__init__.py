"""Many files become one summary, every file accounted for.

A `MergeRequest` says what is merged. Its files pass the stages `discover` (which there are),
`intake` (what each holds: a `FileRecord`), `arrivals` (when and from whom it came), `eligibility`
(may it count, with `unit_matching` against the `roster`), `versions` (which of several of one
unit), `prior_year` and `validation` (accepted or returned), `totals`. `merge.merge_files` leads
them through and gives a `MergeResult`; `repairs` and `diff` say what it holds.
Nothing is imported here: a process that reads one file must not load what writes summaries.
"""

MODULES = ("xlreport.merging.reader",)
"""What a worker that reads files loads at its start."""
