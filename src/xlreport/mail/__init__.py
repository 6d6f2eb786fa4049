"""E-mail: its formats and protocols; knows nothing of campaigns.

Doors: `messages.MessageReader` (one message as a value), `mailboxes.source_at` and
`imap.ImapMailbox` (where messages come from), `compose.composed` and `smtp.opened` (a message and
the way out), `servers` (how to reach them). `headers`, `mime`, `msg`, `tnef`, `dsn` and `links`
each read one format. Nothing is imported here: a worker that reads messages must not load the
servers' protocols.
"""
