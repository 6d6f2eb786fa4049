"""A workbook that came back, read into a submission: `read_submission`.

Its steps: `identify` (which form and year), `cover` (which unit), `locate` (where each cell is),
`figures`, `texts`, `details`, `prior_year` (what stands in them), `integrity` (what else was done).
"""

from xlreport.workbook.reader.identify import Forms
from xlreport.workbook.reader.submission import Reading, read_submission

__all__ = ["Forms", "Reading", "read_submission"]
