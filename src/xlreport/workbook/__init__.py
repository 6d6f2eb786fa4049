"""A form as a workbook. Three rooms and a module are its doors:

`layout`: where everything stands, the only place that knows addresses;
`writer`: locked workbooks from a form and a submission;
`reader`: a workbook that came back, read into a submission;
`repair`: the values of a damaged workbook in a fresh one.

Writer and reader both stand on the layout and never on one another: a process that reads loads no
writer. That is why nothing is imported here.
"""
