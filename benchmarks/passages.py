"""How many of the numbers that published reports state are read, and how many false alarms there
are, a table in Markdown.

    python benchmarks/passages.py [-v] [FILE]

FILE holds passages with what each truly says (`says`, a field or a group such as
`requests.refused*.total` with its number); without it those of the tests are taken. `-v` lists
what was missed and what was false.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from support.passages import passages, score  # noqa: E402
from xlreport import get_form  # noqa: E402


def main(arguments: list[str]) -> None:
    """Prints the table."""
    verbose = "-v" in arguments
    files = [Path(argument) for argument in arguments if argument != "-v"]
    result = score(get_form("zfxxgk-2021"), passages(*files))
    print("| | said | read | contradiction found |")
    print("| --- | ---: | ---: | ---: |")
    print(f"| all | {result.said} | {result.read} | {result.noticed} |")
    received = f"{result.received_said} | {result.received_read} | {result.received_noticed}"
    print(f"| received applications | {received} |")
    print(f"\nFalse alarms: {len(result.false)}")
    if verbose:
        print("\nMissed:", *result.missed, sep="\n- ")
        print("\nFalse:", *result.false, sep="\n- ")


if __name__ == "__main__":
    main(sys.argv[1:])
