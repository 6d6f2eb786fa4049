"""The errors that end a command: each is one Chinese sentence for the person who ran it."""

from __future__ import annotations

import errno

EXHAUSTED = frozenset({errno.EMFILE, errno.ENFILE})
"""How systems answer that have no handle left for another file."""


class XlreportError(Exception):
    """What was asked for cannot be done; `message` is Chinese and says why and what to do."""

    exit_code = 2
    """The exit code of a command that ends with it: nothing was done."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class UsageError(XlreportError):
    """What was asked for makes no sense."""


class WouldReplace(UsageError):
    """A file that somebody worked in, or that is not ours, stands where one would be written."""


class Busy(XlreportError):
    """Another run holds the folder."""


class RosterError(XlreportError):
    """A roster that cannot be used."""


class UnknownForm(XlreportError):
    """No form of that name, or a definition that cannot be opened."""


class CampaignError(XlreportError):
    """A campaign folder or its settings that cannot be used."""


class LedgerError(XlreportError):
    """A campaign's ledger that is damaged, or of another version."""


class LetterError(XlreportError):
    """A letter that cannot be filled in."""


class SendError(XlreportError):
    """Mail that cannot be sent at all."""


class SourceError(XlreportError):
    """A mailbox or a folder of messages that cannot be read at all."""


class ReportError(XlreportError):
    """A published report that cannot be made, or would not say what the data say."""
