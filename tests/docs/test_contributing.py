"""The table of where to add what: every file exists, and contains the named tables and functions."""

from __future__ import annotations

import ast
import re
from typing import NamedTuple

import pytest

from docs.pages import ROOT, rows
from rows import for_each

TABLE = rows((ROOT / "CONTRIBUTING.md").read_text(), "to add |")
_PATH = re.compile(r"(?:[\w.-]+/)+[\w.-]*|[A-Z]+\.md")


class Cell(NamedTuple):
    """The paths in backquotes in a cell of the table, and the names there, each with the path that follows it."""

    paths: list[str]
    names: list[tuple[str, str]]

    @classmethod
    def of(cls, text: str) -> Cell:
        cell, waiting = cls([], []), list[str]()
        for quoted in re.findall(r"`([^`]+)`", text):
            if _PATH.fullmatch(quoted):
                cell.paths.append(quoted)
                cell.names.extend((name, quoted) for name in waiting)
                waiting = []
            elif not quoted.startswith("make "):
                waiting.append(quoted)
        assert not waiting, f"no file follows after {waiting}: say where they are"
        return cell


CELLS = [Cell.of(text) for _, *cells in TABLE for text in cells]
PATHS = sorted({path for cell in CELLS for path in cell.paths})
NAMES = sorted({named for cell in CELLS for named in cell.names})


def known(path: str) -> set[str]:
    """The names that a module defines or imports; for a folder, those of all its modules."""
    modules = (ROOT / path).glob("*.py") if path.endswith("/") else [ROOT / path]
    return {name for module in modules for node in ast.walk(ast.parse(module.read_text())) for name in _names(node)}


def _names(node: ast.AST) -> list[str]:
    match node:
        case ast.ClassDef(name=name) | ast.FunctionDef(name=name) | ast.AnnAssign(target=ast.Name(id=name)):
            return [name]
        case ast.Assign(targets=targets):
            return [name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)]
        case ast.ImportFrom(names=names):
            return [alias.asname or alias.name for alias in names]
    return []


@for_each(path=PATHS)
def test_every_file_and_folder_of_the_table_exists(path: str) -> None:
    assert (ROOT / path).is_dir() if path.endswith("/") else (ROOT / path).is_file()


@pytest.mark.parametrize(("name", "path"), NAMES)
def test_every_name_in_the_table_is_in_the_file_that_follows_it(name: str, path: str) -> None:
    assert name in known(path), f"{path} has no {name}: say in CONTRIBUTING.md where it is now"


@for_each(row=TABLE)
def test_every_row_names_code_and_tests(row: list[str]) -> None:
    _, code, checked = row
    assert Cell.of(code).paths
    assert any(path.startswith("tests/") for path in Cell.of(checked).paths)


def test_the_table_has_every_kind_of_extension() -> None:
    """These are the tables to which entries are added."""
    tables = {
        "_TABLE",
        "SIGNATURES",
        "MEDIA_TYPES",
        "CONTENT_CODINGS",
        "CODINGS",
        "LINE_CODINGS",
        "STATELESS",
        "FORMATS",
        "PROTOCOLS",
        "PREFACES",
        "LINK_TYPES",
        "RULES",
    }
    tables |= {"LABELS", "SCENARIOS", "ROWS", "RECIPES", "Check", "Options"}
    assert tables <= {name for name, _ in NAMES}
