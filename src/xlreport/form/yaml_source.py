"""YAML with positions: scalars stay text, duplicate keys and aliases are refused.

PyYAML's own constructor would turn `0123` into 83 and `no` into False and take the last of two
equal keys silently; composing the node graph and walking it keeps what was written.
"""

from __future__ import annotations

import pathlib
from dataclasses import dataclass
from typing import TypeAlias

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
        lines = [f"{path}:{p.line}:{p.column}：{p.text}" for p in self.problems]
        listed = "\n".join(lines)
        super().__init__(f"报表定义有 {len(lines)} 处错误：\n{listed}")


Plain: TypeAlias = "str | list[Plain] | dict[str, Plain] | None"
"""What a definition holds: scalars as they are written, lists, mappings; None for an alias."""

_BAD_YAML = "YAML 写法有误：检查缩进、冒号后的空格、引号和括号是否成对"


_PROBLEMS = {
    "could not find expected ':'": "缺少冒号",
    "mapping values are not allowed": "这里不能有冒号：检查缩进；文字里有冒号的要加引号",
    "expected <block end>": "缩进与上面的不一致，或者引号后面还有文字",
    "expected ',' or": "括号里缺少逗号，或者括号没有成对",
    "found character '\\t'": "缩进只能用空格，不能用 Tab",
    "found character '%'": "以 % 开头的文字要加引号",
    "found character": "以 @ 或反引号开头的文字要加引号",
    "found unexpected end of stream": "引号没有成对",
    "found unexpected document": "引号没有成对",
    "found undefined alias": "以 * 开头的文字要加引号",
    "found unknown escape character": "双引号里的反斜杠要写两个",
    "but found another document": "文件里只能有一份定义，不能有 ---",
    "expected alphabetic or numeric": "以 * 或 & 开头的文字要加引号",
    "second occurrence": "不支持 YAML 锚点（&），请把内容写全",
}
"""What PyYAML's problems begin with, and what is wrong then."""


def _in_chinese(error: yaml.MarkedYAMLError) -> str:
    """The problem that the parser names, else what to look for."""
    problem = error.problem or ""
    for beginning, meaning in _PROBLEMS.items():
        if problem.startswith(beginning):
            return f"YAML 写法有误：{meaning}"
    return _BAD_YAML


class Source:
    """The plain data of a definition, and where each part of it stands.

    `data` is None for a text that is no YAML mapping; `problems` says why.
    """

    def __init__(self, text: str) -> None:
        self.data: dict[str, Plain] | None = None
        self.problems: list[Problem] = []
        self._places: dict[Path, tuple[int, int]] = {}
        self._seen: set[int] = set()
        root = self._root(text)
        if isinstance(root, yaml.MappingNode):
            self._places[()] = _place_of(root)
            self._seen.add(id(root))
            self.data = self._mapping(root, ())
        elif not self.problems:
            self.problems.append(Problem(1, 1, "文件应当由“键: 值”组成"))

    def _root(self, text: str) -> yaml.Node | None:
        """The node of the whole text; None, with a problem, for what is no YAML."""
        try:
            return yaml.compose(text, Loader=yaml.SafeLoader)
        except yaml.MarkedYAMLError as error:
            line, column = _place_of_error(error)
            self.problems.append(Problem(line, column, _in_chinese(error)))
        except yaml.reader.ReaderError as error:
            line = text.count("\n", 0, error.position) + 1
            self.problems.append(Problem(line, 1, "文件中有不允许的控制字符"))
        except RecursionError:
            self.problems.append(Problem(1, 1, "嵌套层数太多"))
        return None

    def _plain(self, node: yaml.Node, path: Path) -> Plain:
        """The data of a node. An alias is the very node that it names, met a second time."""
        self._places[path] = _place_of(node)
        if id(node) in self._seen:
            self._add(node, "不支持 YAML 别名（*），请把内容写全")
            return None
        self._seen.add(id(node))
        match node:
            case yaml.MappingNode():
                return self._mapping(node, path)
            case yaml.SequenceNode(value=items):
                return [self._plain(item, (*path, i)) for i, item in enumerate(items)]
            case _:
                return str(node.value)

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Plain]:
        plain: dict[str, Plain] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self._add(key, "键应当是一个词")
            elif key.value in plain:
                self._add(key, f"键“{key.value}”重复")
            else:
                here = (*path, key.value)
                plain[key.value] = self._plain(value, here)
                self._places[(*here, _KEY)] = _place_of(key)
        return plain

    def _add(self, node: yaml.Node, text: str) -> None:
        line, column = _place_of(node)
        self.problems.append(Problem(line, column, text))

    def place(self, path: Path, *, key: bool = False) -> tuple[int, int]:
        """Line and column of the value at a path (or of its key); else of the nearest parent."""
        if key and (*path, _KEY) in self._places:
            return self._places[(*path, _KEY)]
        while path and path not in self._places:
            path = path[:-1]
        return self._places.get(path, (1, 1))


_KEY = ""
"""Behind a path it stands for the key itself."""


def _place_of(node: yaml.Node) -> tuple[int, int]:
    return node.start_mark.line + 1, node.start_mark.column + 1


def _place_of_error(error: yaml.MarkedYAMLError) -> tuple[int, int]:
    mark = error.problem_mark or error.context_mark
    if mark is None:
        return 1, 1
    return mark.line + 1, mark.column + 1


def rule_places(path: str) -> dict[str, tuple[int, int]]:
    """Line and column of every check's rule in a definition file, by code; empty without the
    file."""
    try:
        source = Source(pathlib.Path(path).read_text("utf-8-sig"))
    except (OSError, UnicodeDecodeError):
        return {}
    places: dict[str, tuple[int, int]] = {}
    checks = (source.data or {}).get("checks")
    for i, check in enumerate(checks if isinstance(checks, list) else ()):
        if isinstance(check, dict):
            places[str(check.get("code"))] = source.place(("checks", i, "rule"))
    return places
