"""Changes the code of each package at one place at a time and runs the tests of that package: a change
that no test notices (a survivor) shows code that is not needed or a test that is missing.

python benchmarks/mutation.py [PACKAGE …] [--sample N] [--seed S]

Without PACKAGE all packages of PACKAGES, without --sample all their mutants (many hours); a sample of
150 takes some minutes a package. Without --seed each day draws another sample. The mutants are those of mutmut (mutmut.readthedocs.io). They are put
into a copy of the checkout under .mutants/PACKAGE; each is tried in a process forked from one that has
loaded the libraries, with the tests only that call the changed function, the quickest first, up to the
first that fails. A test that needs far more CPU time than it needed without the change is stopped and
has noticed it; the time that passes does not count, so the load of the machine does not matter.

Survivors are written to .mutants/PACKAGE.txt. Those that change nothing that can be seen stand in
equivalent_mutants.txt with the reason; they are counted apart. POSIX only; mail wants Dovecot.
"""

from __future__ import annotations

import argparse
import ast
import builtins
import datetime as dt
import difflib
import hashlib
import importlib
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / ".mutants"
EQUIVALENTS = Path(__file__).with_name("equivalent_mutants.txt")

PACKAGES = {
    "form": "form",
    "rules": "rules",
    "checking": "checking",
    "narrative": "narrative",
    "formats": "formats",
    "workbook/layout": "workbook/layout",
    "workbook/reader": "workbook/reader",
    "workbook/writer": "workbook/writer",
    "importing": "importing",
    "merging": "merging",
    "campaign": "campaign",
    "mail": "mail",
}
"""The folder of tests for each package of code."""

COPIED = ("src", "tests", "samples", "benchmarks", "docs", "workbook_templates")
AIM = 90
"""Per cent of the mutants that the tests of the same package should kill."""

WARM = (
    "numpy", "pydantic", "yaml", "xlsxwriter", "openpyxl", "xlrd", "typer", "filelock", "olefile",
    "msoffcrypto", "imap_tools", "keyring", "email.parser", "smtplib", "sqlite3", "concurrent.futures",
)  # fmt: skip
"""Libraries that are loaded once for all mutants; nothing of xlreport is."""

USUAL = ("-q", "-x", "-m", "not oracle", "-p", "no:cacheprovider", "-p", "no:xdist")
SPARE_SECONDS = 5
TIMES = 10
"""A test may take SPARE_SECONDS of CPU time and TIMES as much as it took without the change."""

LONGEST = 900
"""Seconds after which a mutant that waits for something is ended."""


@dataclass(frozen=True)
class Mutant:
    """One change: file (relative to src/xlreport), function, line in it (its body's first is 0), the
    lines before and after, the whole new code."""

    file: str
    function: str
    line: int
    was: str
    made: str
    code: str

    @property
    def name(self) -> str:
        """One line that says all, as in equivalent_mutants.txt."""
        return f"{self.file} | {self.function} {self.line} | {self.was} | {self.made}"


@dataclass(frozen=True)
class Test:
    """A test, its seconds of CPU time, and the functions it calls (`file | function`)."""

    id: str
    seconds: float
    functions: frozenset[str]

    @property
    def file(self) -> str:
        """The file of the test."""
        return self.id.partition("::")[0]


@dataclass(frozen=True)
class Score:
    """What became of the mutants of a package."""

    killed: int
    equivalent: int
    survived: int

    @property
    def raw(self) -> float:
        """Per cent of all mutants that were killed."""
        return 100.0 * self.killed / max(1, self.killed + self.equivalent + self.survived)

    @property
    def share(self) -> float:
        """Per cent that were killed of those that change something."""
        return 100.0 * self.killed / max(1, self.killed + self.survived)


def functions(code: str) -> Iterator[tuple[str, range]]:
    """The top-level functions and methods of a module with the lines of their bodies."""

    def walk(body: list[ast.stmt], inside: str) -> Iterator[tuple[str, range]]:
        for node in body:
            if isinstance(node, ast.ClassDef):
                yield from walk(node.body, f"{inside}{node.name}.")
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                last = node.end_lineno or node.lineno
                yield inside + node.name, range(node.body[0].lineno, last + 1)

    return walk(ast.parse(code).body, "")


def changed_lines(before: str, after: str) -> tuple[str, str]:
    """The lines that a change takes away and those it puts in their place, each in one line."""
    lines = list(difflib.unified_diff(before.splitlines(), after.splitlines(), n=0))[2:]

    def side(sign: str) -> str:
        return " ⏎ ".join(line[1:].strip() for line in lines if line[0] == sign)

    return side("-"), side("+")


def mutants_of(path: Path, top: Path) -> list[Callable[[], Mutant]]:
    """All mutants that mutmut makes of the functions of a module; each is made when called for."""
    import libcst as cst
    from libcst.metadata import MetadataWrapper, PositionProvider
    from mutmut.mutation.file_mutation import Mutation, create_mutations, deep_replace

    code = path.read_text("utf-8")
    file = path.relative_to(top).as_posix()
    module, mutations, *_ = create_mutations(str(path), code)
    places = MetadataWrapper(module, unsafe_skip_copy=True).resolve(PositionProvider)
    named = {n: (name, lines.index(n)) for name, lines in functions(code) for n in lines}

    def made(mutation: Mutation, function: str, line: int) -> Mutant:
        changed = deep_replace(module, mutation.original_node, mutation.mutated_node)
        assert isinstance(changed, cst.Module)
        return Mutant(file, function, line, *changed_lines(code, changed.code), changed.code)

    found: list[Callable[[], Mutant]] = []
    for mutation in mutations:
        place = places.get(mutation.original_node)
        where = named.get(place.start.line) if place else None  # None: a default, a decorator
        if mutation.contained_by_top_level_function is not None and where is not None:
            found.append(partial(made, mutation, *where))
    return found


def drawn(folder: Path, package: str, sample: int, seed: int) -> list[Mutant]:
    """A random sample of the mutants of a package; all when `sample` is 0."""
    top = folder / "src" / "xlreport"
    paths = sorted((top / package).glob("**/*.py"))
    every = [mutant for path in paths for mutant in mutants_of(path, top)]
    some = random.Random(seed).sample(every, sample) if 0 < sample < len(every) else every
    return [made() for made in some]


# --- which tests call which functions


class Watch:
    """A plugin of pytest that notes the functions of a package that each test calls. What is kept
    for later tests, in fixtures of a session and in caches, counts for each test that uses it."""

    def __init__(self, package: str) -> None:
        self.package = "xlreport." + package.replace("/", ".")
        self.called: dict[str, set[str]] = {}
        self.seconds: dict[str, float] = {}
        self.fixtures: dict[str, list[str]] = {}
        self.context = ""  # while modules are imported, which counts for all tests

    def note(self, function: str) -> None:
        """Called by each function of the package as it starts."""
        self.called.setdefault(self.context, set()).add(function)

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: object, request: object) -> Iterator[None]:
        outer = self.context
        if getattr(fixturedef, "scope", "") != "function":
            self.context = f"fixture {getattr(fixturedef, 'argname', '')}"
        try:
            return (yield)
        finally:
            self.context = outer

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        for name, module in list(sys.modules.items()):
            if name.startswith(self.package):
                forget_kept(module)
        self.context = item.nodeid
        self.fixtures[item.nodeid] = list(getattr(item, "fixturenames", ()))
        start = time.process_time()
        try:
            return (yield)
        finally:
            self.seconds[item.nodeid] = time.process_time() - start
            self.context = "between tests"

    def tests(self) -> list[Test]:
        """What was noted."""
        found = []
        for test, seconds in self.seconds.items():
            contexts = ["", test, *(f"fixture {name}" for name in self.fixtures[test])]
            own = [self.called.get(context, set()) for context in contexts]
            found.append(Test(test, round(seconds, 3), frozenset[str]().union(*own)))
        return found


NOTE = "_note_for_mutation"
"""The name, in builtins and in the changed modules, of what functions call as they start."""


class Noting(ast.NodeTransformer):
    """Makes the top-level functions and methods of a module tell that they start."""

    def __init__(self, file: str) -> None:
        self.file, self.inside = file, ""

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.ClassDef:
        outer, self.inside = self.inside, f"{self.inside}{node.name}."
        self.generic_visit(node)
        self.inside = outer
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        call = ast.parse(f"{NOTE}({f'{self.file} | {self.inside}{node.name}'!r})").body
        after = 1 if ast.get_docstring(node) is not None else 0
        node.body[after:after] = call
        return node

    def of(self, code: str) -> str:
        """The changed module; in workers, where nobody listens, nothing is told."""
        tree = self.visit(ast.parse(code))
        silent = f"import builtins; {NOTE} = getattr(builtins, {NOTE!r}, str)"
        after = 1 if ast.get_docstring(tree) is not None else 0
        for position, node in enumerate(tree.body):
            if isinstance(node, ast.ImportFrom) and node.module == "__future__":
                after = position + 1
        tree.body[after:after] = ast.parse(silent).body
        return ast.unparse(ast.fix_missing_locations(tree))


def forget_kept(module: object) -> None:
    """Empties the caches (functools.cache) of the functions of a module."""
    for value in list(vars(module).values()):
        clear = getattr(value, "cache_clear", None)
        if callable(clear):
            clear()


def watched(folder: Path, package: str, files: list[str], result: Path) -> None:
    """Runs the tests of some files and writes what they call; in a process of its own."""
    os.chdir(folder)
    watch = Watch(package)
    setattr(builtins, NOTE, watch.note)
    top = folder / "src" / "xlreport"
    before = {path: path.read_text("utf-8") for path in (top / package).glob("**/*.py")}
    for path, text in before.items():
        path.write_text(Noting(path.relative_to(top).as_posix()).of(text), "utf-8")
    code = pytest.main([*USUAL, *files], plugins=[watch])
    for path, text in before.items():
        path.write_text(text, "utf-8")
    if code != 0:
        sys.exit(f"the tests of {package} fail without any change: {folder / 'log.txt'}")
    tests = [(test.id, test.seconds, sorted(test.functions)) for test in watch.tests()]
    result.write_text(json.dumps(tests), "utf-8")


def tests_of(folder: Path, package: str) -> list[Test]:
    """The tests of a package and what they call; as long as the package is the same, a file of tests
    that has not changed is not run again."""
    sources = sorted((folder / "src" / "xlreport" / package).glob("**/*.py"))
    code = b"".join(path.read_bytes() for path in sources)
    store = WORK / f"{package.replace('/', '-')}.map.json"
    known = json.loads(store.read_text("utf-8")) if store.exists() else {}
    digests = {
        path.relative_to(folder).as_posix(): hashlib.sha256(code + path.read_bytes()).hexdigest()
        for path in sorted((folder / "tests" / PACKAGES[package]).glob("**/test_*.py"))
    }
    new = [file for file, digest in digests.items() if known.get(file, [""])[0] != digest]
    if new:
        result = folder / "map.json"
        own = [sys.executable, __file__, package, "--watch", str(result), "--tests", *new]
        with (folder / "log.txt").open("w") as log:
            subprocess.run(own, check=True, env=environment(folder), stdout=log)
        rows = json.loads(result.read_text("utf-8"))
        for file in new:
            known[file] = [digests[file], [row for row in rows if row[0].startswith(f"{file}::")]]
        store.write_text(json.dumps(known), "utf-8")
    return [
        Test(name, seconds, frozenset(called))
        for file in digests
        for name, seconds, called in known[file][1]
    ]


# --- one mutant after another


class Chosen:
    """A plugin of pytest that runs the chosen tests only, the quickest first, with limits."""

    def __init__(self, tests: list[Test]) -> None:
        self.seconds = {test.id: test.seconds for test in tests}

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        wanted = [item for item in items if item.nodeid in self.seconds]
        items[:] = sorted(wanted, key=lambda item: self.seconds[item.nodeid])

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> None:
        usual = self.seconds[item.nodeid]
        limit = int(time.process_time() + SPARE_SECONDS + TIMES * usual)
        resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.RLIM_INFINITY))


def noticed(folder: Path, mutant: Mutant, tests: list[Test], number: int) -> bool:
    """Whether one of the tests fails with this mutant in place."""
    path = folder / "src" / "xlreport" / mutant.file
    before = path.read_bytes()
    path.write_text(mutant.code, "utf-8")
    moment = 1_000_000_000 + number  # so that no compiled file of another mutant is used
    os.utime(path, (moment, moment))
    nearest = [test for test in tests if Path(test.file).stem == f"test_{path.stem}"]
    others = [test for test in tests if test not in nearest]
    try:
        return any(failing(folder, some) for some in (nearest, others) if some)
    finally:
        path.write_bytes(before)


def failing(folder: Path, tests: list[Test]) -> bool:
    """Whether one of the tests fails, in a process forked from this one."""
    child = os.fork()
    if child == 0:
        os.setsid()
        log = os.open(folder / "log.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(log, 1)
        os.dup2(log, 2)
        files = sorted({test.file for test in tests})
        own = ("--basetemp", str(folder / "tmp"))
        code = pytest.main([*USUAL, *own, *files], plugins=[Chosen(tests)])
        os._exit(int(code))
    return ended(child) != 0


def ended(child: int) -> int:
    """Waits for a child, ends what it left behind, and tells how it ended."""
    until = time.monotonic() + LONGEST
    state = 1
    while time.monotonic() < until:
        done, state = os.waitpid(child, os.WNOHANG)
        if done:
            break
        time.sleep(0.02)
    try:
        os.killpg(child, signal.SIGKILL)
    except ProcessLookupError:
        return state
    if not done:
        os.waitpid(child, 0)
    return state


def environment(folder: Path) -> dict[str, str]:
    """The environment in which the copy is found first, also by the workers that tests start."""
    paths = (folder / "src", folder / "samples", folder / "tests")
    return {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, paths))}


def prepared(package: str) -> Path:
    """A copy of the checkout."""
    folder = WORK / package.replace("/", "-")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    leave_out = shutil.ignore_patterns("__pycache__")
    for name in COPIED:
        shutil.copytree(ROOT / name, folder / name, ignore=leave_out)
    for path in (*ROOT.glob("*.md"), ROOT / "dev.py", ROOT / "LICENSE", ROOT / "pyproject.toml"):
        shutil.copy(path, folder)
    return folder


def equivalents() -> dict[str, str]:
    """The mutants that change nothing that can be seen, each with its reason."""
    lines = EQUIVALENTS.read_text("utf-8").splitlines()
    pairs = (line.rsplit(" | ", 1) for line in lines if line and not line.startswith("#"))
    return dict(pairs)


def scored(package: str, sample: int, seed: int) -> Score:
    """Tries mutants of a package and writes those that survive."""
    folder = prepared(package)
    tests = tests_of(folder, package)
    mutants = drawn(folder, package, sample, seed)
    equivalent = equivalents()
    os.chdir(folder)
    os.environ.update(environment(folder))
    sys.path[:0] = [str(folder / "src")]
    for name in WARM:
        importlib.import_module(name)
    killed = same = 0
    survivors = []
    report = WORK / f"{package.replace('/', '-')}.txt"
    for number, mutant in enumerate(mutants):
        where = f"{mutant.file} | {mutant.function}"
        chosen = [test for test in tests if where in test.functions]
        if chosen and noticed(folder, mutant, chosen, number):
            killed += 1
        elif mutant.name in equivalent:
            same += 1
        else:
            survivors.append(f"{mutant.name} | {len(chosen)} tests")
        report.write_text("\n".join([f"# {number + 1} of {len(mutants)}", *survivors, ""]), "utf-8")
    return Score(killed, same, len(survivors))


def arguments() -> argparse.Namespace:
    """What was asked for on the command line."""
    parser = argparse.ArgumentParser(description="Mutants of packages of xlreport.")
    parser.add_argument("package", nargs="*", choices=[*PACKAGES, []])
    parser.add_argument("--sample", type=int, default=0, help="so many mutants a package")
    parser.add_argument("--seed", type=int, default=dt.date.today().toordinal())
    parser.add_argument("--watch", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--tests", nargs="*", help=argparse.SUPPRESS)
    return parser.parse_args()


def main() -> None:
    """Prints one line a package."""
    asked = arguments()
    if asked.watch:
        watched(asked.watch.parent, asked.package[0], asked.tests, asked.watch)
        return
    print(f"sample {asked.sample or 'of all'}, seed {asked.seed}")
    print("package           killed  equivalent  survived     raw    share")
    for package in asked.package or list(PACKAGES):
        score = scored(package, asked.sample, asked.seed)
        note = "" if score.share >= AIM else f"below {AIM} %"
        print(
            f"{package:16} {score.killed:7} {score.equivalent:11} {score.survived:9}"
            f" {score.raw:6.1f}% {score.share:6.1f}% {note}",
            flush=True,
        )
    print(f"survivors: {WORK.name}/PACKAGE.txt")


if __name__ == "__main__":
    main()
