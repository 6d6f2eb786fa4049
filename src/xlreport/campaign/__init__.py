"""A campaign: one folder with everything of one form, year and county.

Doors: `settings.init_campaign` makes the folder, `campaign.read_campaign` opens it; `send.send`,
`collect.collect` and `status.status` work on the open campaign. `ledger` records what went out and
what came. Nothing is imported here: a command loads what it needs.
"""
