"""What is wrong with the figures of a report, as findings in Chinese.

The door is `validate`: `check_submissions(form, submissions)` and, for an evaluation that is there
already, `validate(evaluation)`. Below it: `suspects` (which cell is probably wrong), `localization`
(which cells may be), `constraints` (what must hold among cells) and `keying_errors`.
"""
