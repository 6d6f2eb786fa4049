"""What the county looks at, sends back and publishes, all of it made from one `MergeResult`.

`overview` says where a collection stands and holds the figures that are shown first: the workbook
of the summary, the status page, the result for machines and the county's report take them from
there, so that they agree.
"""
