"""YAML with positions: scalars stay text, duplicate keys and aliases are refused.

PyYAML's own constructor would turn `0123` into 83 and `no` into False and take the last of two
equal keys silently; composing the node graph and walking it keeps what was written.
"""

from __future__ import annotations

import pathlib
from dataclasses import dataclass
from typing import Any

import yaml

from xlreport.errors import XlreportError

Path = tuple[str | int, ...]
MAX_BYTES = 2_000_000
"""A form definition larger than this is refused."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake: line and column count from 1, the text is Chinese."""

    line: int
    column: int
    text: str


class FormError(XlreportError):
    """A form definition that cannot be used; carries every mistake found, in file order."""

    def __init__(self, path: str, problems: list[Problem]) -> None:
        self.path = path
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(f"{path}:{p.line}:{p.column}：{p.text}" for p in self.problems))


class Source:
    """The plain data of a definition, and where each part of it stands."""

    def __init__(self, text: str) -> None:
        self.data: Any = None
        self.problems: list[Problem] = []
        self._places: dict[Path, tuple[int, int]] = {}
        self._seen: set[int] = set()
        self._compose(text)

    def _compose(self, text: str) -> None:
        try:
            root = yaml.compose(text, Loader=yaml.SafeLoader)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
            words = "YAML 写法有误：检查缩进、冒号后的空格、引号和括号是否成对"
            self.problems.append(Problem(line, column, f"{words}（{error.problem}）"))
            return
        except yaml.reader.ReaderError as error:
            line = text.count("\n", 0, error.position) + 1
            self.problems.append(Problem(line, 1, "文件中有不允许的控制字符"))
            return
        except RecursionError:
            self.problems.append(Problem(1, 1, "嵌套层数太多"))
            return
        if not isinstance(root, yaml.MappingNode):
            self.problems.append(Problem(1, 1, "文件应当由“键: 值”组成"))
            return
        self.data = self._plain(root, ())

    def _plain(self, node: yaml.Node, path: Path) -> Any:
        self._places[path] = (node.start_mark.line + 1, node.start_mark.column + 1)
        if id(node) in self._seen:
            self._add(node, "不支持 YAML 别名（*），请把内容写全")
            return None
        self._seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self._plain(item, (*path, i)) for i, item in enumerate(node.value)]
        return node.value

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        plain: dict[str, Any] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self._add(key, "键应当是一个词")
            elif key.value in plain:
                self._add(key, f"键“{key.value}”重复")
            else:
                plain[key.value] = self._plain(value, (*path, key.value))
                self._places[(*path, key.value, "")] = (
                    key.start_mark.line + 1,
                    key.start_mark.column + 1,
                )
        return plain

    def _add(self, node: yaml.Node, text: str) -> None:
        self.problems.append(Problem(node.start_mark.line + 1, node.start_mark.column + 1, text))

    def place(self, path: Path, *, key: bool = False) -> tuple[int, int]:
        """Line and column of the value at a path (or of its key); of the nearest parent otherwise."""
        if key and (*path, "") in self._places:
            return self._places[(*path, "")]
        while path and path not in self._places:
            path = path[:-1]
        return self._places.get(path, (1, 1))


def rule_places(path: str) -> dict[str, tuple[int, int]]:
    """Line and column of every check's rule in a definition file, by code; empty without the file."""
    try:
        source = Source(pathlib.Path(path).read_text("utf-8-sig"))
    except (OSError, UnicodeDecodeError):
        return {}
    checks = source.data.get("checks", []) if source.data else []
    return {check["code"]: source.place(("checks", i, "rule")) for i, check in enumerate(checks)}
