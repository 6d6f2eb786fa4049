"""Documents as short texts: a line as it is, a table as its rows of cells."""

from __future__ import annotations

from xlreport.formats.grid import Document, Grid, Line


def told(document: Document) -> list[str]:
    """The parts of a document: `text` for a line, `| a | b 1×2 |` for each row of a table with how
    many rows and columns a cell covers where that is more than one."""
    parts: list[str] = []
    for part in document.parts:
        if isinstance(part, Line):
            parts.append(part.text)
        else:
            parts += rows_of(part)
    return parts


def rows_of(grid: Grid) -> list[str]:
    rows: dict[int, list[str]] = {}
    for (row, _), box in sorted(grid.boxes.items()):
        size = "" if box.rows == box.columns == 1 else f" {box.rows}×{box.columns}"
        rows.setdefault(row, []).append(f" {box.text}{size} ")
    return [f"|{'|'.join(cells)}|" for cells in rows.values()]


def places(document: Document) -> list[tuple[str, str, str]]:
    """Every text with where a person finds it."""
    found = []
    for part in document.parts:
        boxes = [part] if isinstance(part, Line) else list(part.boxes.values())
        found += [(box.text, box.place.sheet, box.place.cell) for box in boxes if box.text]
    return found


def is_sound(document: Document) -> bool:
    """Whether no two cells of a table cover the same."""
    for part in document.parts:
        if isinstance(part, Grid):
            covered = [cell for own in part.boxes for cell in part.covered(own)]
            if len(covered) != len(set(covered)):
                return False
    return True
