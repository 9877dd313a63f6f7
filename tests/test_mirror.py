"""The tests mirror the packages: test files are named after modules, and helpers are in modules of their own."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

import pytest

from mirror import ELSEWHERE, PACKAGES, PROJECT, Elsewhere, modules, subject_of
from rows import for_each

if TYPE_CHECKING:
    from pathlib import Path

TESTS = PROJECT / "tests"
MOST_LINES = 300
MIRRORED = sorted(test for name in PACKAGES for test in (TESTS / name).rglob("test_*.py"))
EVERY = sorted(test.as_posix() for test in TESTS.rglob("test_*.py"))
_TEST_FILE, _DEFINITION = re.compile(r"\b(?:test_\w+|conftest)\b"), re.compile(r"\bdef test_\w+")


def test_every_test_file_names_a_module() -> None:
    stray = [str(test.relative_to(TESTS)) for test in MIRRORED if not subject_of(test)]
    assert not stray, "call them test_MODULE.py or test_MODULE_ASPECT.py, where the module is in its package"


@pytest.mark.parametrize("name", PACKAGES)
def test_every_module_has_a_test_file_or_an_entry_in_elsewhere(name: str) -> None:
    tested = {subject_of(test) for test in MIRRORED}
    missing = [module for module in modules(name) if module not in tested and not _elsewhere(module)]
    assert not missing, "write tests/PATH/test_MODULE.py, or say in tests/mirror.py where they are tested"


def _elsewhere(module: str) -> list[Elsewhere]:
    return [row for row in ELSEWHERE if row.has(module)]


@for_each(row=ELSEWHERE)
def test_entries_in_elsewhere_are_current(row: Elsewhere) -> None:
    tested = {subject_of(test) for test in MIRRORED}
    untested = {module for name in PACKAGES for module in modules(name) if row.has(module)} - tested
    named = [f"{row.folder}/{module}" for module in row.modules.split() if module != "*"]
    assert untested
    assert untested >= set(named), "these have tests of their own, or are gone"
    for file in re.findall(r"[\w/]*test_\w+\.py", row.why):
        assert [test for test in EVERY if test.endswith(f"/{file}")], f"{file} is gone"


def test_no_helper_is_imported_from_a_test_file() -> None:
    """Nor from a conftest, which pytest imports under another name."""
    for path in TESTS.rglob("*.py"):
        source = path.read_text()
        # Parsing takes time, and in most files only definitions have such names.
        if not _TEST_FILE.search(_DEFINITION.sub("", source)):
            continue
        for node in ast.walk(ast.parse(source)):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import | ast.ImportFrom) else []
            origin = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            taken = _TEST_FILE.findall(" ".join(names + origin))
            assert not taken, f"{path.relative_to(TESTS)} imports {taken}: move what it needs into a module of its own"


def test_no_module_is_too_long() -> None:
    long = {str(path): lines for path, lines in _line_counts() if lines > MOST_LINES}
    assert not long, "split them: one part for each thing that they do"


def _line_counts() -> list[tuple[Path, int]]:
    found = [path for folder in PACKAGES.values() for kind in ("*.py", "*.c") for path in folder.rglob(kind)]
    return [(path, path.read_text().count("\n")) for path in found]


def test_no_class_of_capture_has_the_name_of_another() -> None:
    """Private classes may: they are read beside their use, such as the `_State` of a reader."""
    where: dict[str, list[Path]] = {}
    for path in PACKAGES["capture"].rglob("*.py"):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                where.setdefault(node.name, []).append(path)
    assert where
    assert not {name: paths for name, paths in where.items() if len(paths) > 1}
