"""The summary workbook: where the collection stands, the form's tables with live sums over detail
sheets, who sent what.

`workbook` writes it, `verification` opens it again and compares it with the result, `names` are its
sheets.
"""
