"""From a folder of workbooks to a county summary in which every file is accounted for."""
