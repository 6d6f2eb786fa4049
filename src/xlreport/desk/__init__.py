"""The desk: a campaign as pages in a browser on the same machine, for offices without a command
line.

`launch` starts it; `app` puts the pages together; `security` decides who may ask; `jobs` runs one
action after the other; `collection` reads the inbox when it has changed. Every action calls what
the command calls: what is shown stands in the campaign folder and nowhere else.
"""
