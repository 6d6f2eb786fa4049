"""What the buttons do: each calls what the command calls, and tells it in the same lines.

`sums` sums the inbox, `documents` reads and writes single files, `letters` sends and collects,
`campaign` has what is about the work as a whole.
"""
