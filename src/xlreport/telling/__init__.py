"""What results say to people, in lines: the command line prints them, the desk shows them.

`lines` has a function for the result of each command, `tables` what stands in columns.
"""
