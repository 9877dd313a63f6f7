"""The architecture page describes the import contracts, and names only what exists."""

from __future__ import annotations

import re
import runpy
import tomllib
from typing import TYPE_CHECKING, Any

from docs.pages import ARCHITECTURE, ROOT, rows
from overheard_capture import page, recorder
from overheard_capture.judge import api

if TYPE_CHECKING:
    from collections.abc import Iterator

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
# The folder of each package.
HOMES = {path.name: path.parent for path in ROOT.glob("*/overheard*") if (path / "__init__.py").is_file()}
# The folders to which a path on a page may be relative.
ROOTS = (ROOT, *(home / name for name, home in HOMES.items()))


def contracts(**chosen: object) -> Iterator[dict[str, Any]]:
    """The contracts of import-linter with these settings."""
    for contract in PROJECT["tool"]["importlinter"]["contracts"]:
        if chosen.items() <= contract.items():
            yield contract


def first_to_last(contract: dict[str, Any]) -> list[tuple[str, int]]:
    """The modules of a layers contract, each with its level: import-linter lists the highest first."""
    levels = enumerate(reversed(contract["layers"]), start=1)
    return [(module, level) for level, modules in levels for module in modules.split(" | ")]


def classes() -> set[str]:
    """The names of all classes and type aliases."""
    found: set[str] = set()
    for name, home in HOMES.items():
        for path in (home / name).rglob("*.py"):
            found.update(re.findall(r"^(?:class )?([A-Z]\w*)\b(?:\(|:| =)", path.read_text(), re.MULTILINE))
    return found


def test_the_table_of_packages_is_the_contract() -> None:
    (contract,) = (each for each in contracts(type="layers") if "containers" not in each)
    table = rows(ARCHITECTURE, "level | package |")
    assert [(package, int(level)) for level, package, _ in table] == first_to_last(contract)


def test_the_table_of_folders_is_the_contract() -> None:
    (contract,) = contracts(containers=["overheard_capture"])
    assert [folder for folder, _, _ in rows(ARCHITECTURE, "folder | what it is |")] == [
        folder for folder, _ in first_to_last(contract)
    ]
    assert contract["exhaustive"]
    assert contract["exhaustive_ignores"] == ["__main__"]


def test_the_tables_describe_each_package_by_its_docstring() -> None:
    """If this fails, `make docs` updates the page."""
    described = runpy.run_path(str(ROOT / "docs" / "generate.py"))["described"]
    assert described(ARCHITECTURE) == ARCHITECTURE
    assert described(ARCHITECTURE.replace("What every role of the lab shares", "?")) == ARCHITECTURE


def test_the_page_names_what_the_vocabulary_must_not_import() -> None:
    (contract,) = contracts(source_modules=["overheard.words"])
    (sentence,) = re.findall(r"`overheard\.words` is also barred (.*?)\.\n\n", ARCHITECTURE, re.DOTALL)
    assert set(re.findall(r"`(\w+)`", sentence)) == set(contract["forbidden_modules"])


def test_the_page_names_the_public_api() -> None:
    (contract,) = contracts(forbidden_modules=["overheard_capture"])
    imported = {each.split(" -> ")[1].removesuffix(".*") for each in contract["ignore_imports"]}
    assert imported == {api.__name__, recorder.__name__, page.__name__}
    section = ARCHITECTURE.split("### The public API\n")[1].split("\n### ")[0]
    assert f"`{api.__name__}`" in section
    (sentence,) = re.findall(r"The API consists of (.*?)\.", section, re.DOTALL)
    assert set(re.findall(r"`(\w+)`", sentence)) == set(api.__all__)


def test_every_class_that_the_page_names_exists() -> None:
    named = set(re.findall(r"`([A-Z][a-z]+(?:[A-Z][a-z]+)*)`", ARCHITECTURE))
    assert named - classes() == set()


def test_every_module_that_the_page_names_exists() -> None:
    named = set(re.findall(r"`([\w.]+(?:/[\w.]+)*(?:/|\.py))`", ARCHITECTURE))
    assert {name for name in named if not any((root / name).exists() for root in ROOTS)} == set()


def test_the_glossary_is_in_alphabetical_order_and_has_each_term_once() -> None:
    terms = [term.casefold() for term, _ in rows(ARCHITECTURE, "term |")]
    assert terms == sorted(set(terms))
