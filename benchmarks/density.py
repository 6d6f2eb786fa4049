"""How much one statement of the code says: expression nodes a statement, and what the house
forbids.

python benchmarks/density.py [FOLDER]             the figures, by package
python benchmarks/density.py --offenders [PLACE]  each place that breaks a rule of the house

A statement's nodes are the `ast.expr` nodes that belong to it and not to a statement inside it;
docstrings and imports are not counted. The rules: no comprehension inside a comprehension, no
conditional inside an f-string's braces, at most 10 locals in a function."""

from __future__ import annotations

import ast
import statistics
import sys
from collections.abc import Iterator
from pathlib import Path

SOURCE = Path(__file__).resolve().parent.parent / "src" / "xlreport"
MOST_LOCALS = 10
Function = ast.FunctionDef | ast.AsyncFunctionDef
Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


def own_nodes(statement: ast.stmt) -> Iterator[ast.expr]:
    """The expressions of a statement, without those of statements inside it."""
    waiting: list[ast.AST] = [statement]
    while waiting:
        for child in ast.iter_child_nodes(waiting.pop()):
            if isinstance(child, ast.stmt):
                continue
            if isinstance(child, ast.expr):
                yield child
            waiting.append(child)


def is_docstring(statement: ast.stmt) -> bool:
    """Whether a statement is a bare string."""
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )


def counts(tree: ast.AST) -> list[int]:
    """The expression nodes of each statement that has any."""
    found = []
    for statement in ast.walk(tree):
        if not isinstance(statement, ast.stmt) or is_docstring(statement):
            continue
        nodes = sum(1 for _ in own_nodes(statement))
        if nodes:
            found.append(nodes)
    return found


def locals_of(function: Function) -> set[str]:
    """The names that a function binds itself, its parameters and inner functions' names left
    out."""
    names = set()
    waiting = list(ast.iter_child_nodes(function))
    while waiting:
        node = waiting.pop()
        if isinstance(node, Function | ast.Lambda | ast.ClassDef | Comprehension):
            continue
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        waiting += ast.iter_child_nodes(node)
    return names - {"_"}


def offences(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Each place that breaks a rule: its line, and which."""
    for node in ast.walk(tree):
        if isinstance(node, Comprehension):
            inner = [n for n in ast.walk(node) if n is not node and isinstance(n, Comprehension)]
            if inner:
                yield node.lineno, "a comprehension inside a comprehension"
        elif isinstance(node, ast.FormattedValue):
            if any(isinstance(part, ast.IfExp) for part in ast.walk(node)):
                yield node.lineno, "a conditional inside an f-string's braces"
        elif isinstance(node, Function):
            bound = locals_of(node)
            if len(bound) > MOST_LOCALS:
                yield node.lineno, f"{len(bound)} locals in {node.name}"


def offenders(place: Path) -> list[str]:
    """The places below a folder (or in a file) that break a rule, as `path:line: rule`."""
    files = sorted(place.rglob("*.py")) if place.is_dir() else [place]
    return [
        f"{path}:{line}: {rule}"
        for path in files
        for line, rule in sorted(set(offences(ast.parse(path.read_text("utf-8")))))
    ]


def figures(name: str, found: list[int]) -> str:
    """Statements, mean, median, 9th decile."""
    deciles = statistics.quantiles(found, n=10) if len(found) > 1 else [0] * 9
    mean, median = statistics.mean(found), statistics.median(found)
    return f"{name:24} {len(found):6} {mean:6.2f} {median:4.0f} {deciles[8]:5.0f}"


def main() -> None:
    """Prints the figures of each package, or the offenders."""
    arguments = [a for a in sys.argv[1:] if a != "--offenders"]
    source = Path(arguments[0]) if arguments else SOURCE
    if "--offenders" in sys.argv:
        print("\n".join(offenders(source)))
        return
    print(f"{'package':24} {'stmts':>6} {'mean':>6} {'p50':>4} {'p90':>5}")
    every: list[int] = []
    by_package: dict[str, list[int]] = {}
    for path in sorted(source.rglob("*.py")):
        found = counts(ast.parse(path.read_text("utf-8")))
        folder = path.relative_to(source).parent.as_posix()
        by_package.setdefault(folder, []).extend(found)
        every += found
    for folder, found in by_package.items():
        print(figures(folder, found))
    print(figures("all", every))


if __name__ == "__main__":
    main()
