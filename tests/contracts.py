"""A contract type for import-linter, which `make check` runs besides the built-in ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from importlinter import Contract, ContractCheck
from importlinter.application import output

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grimp import ImportGraph


class NoCycles(Contract):
    """No import cycles, including those of imports for types only."""

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:  # noqa: ARG002  (the interface)
        """Find the shortest import chain from any module back to itself."""
        circle = next(filter(None, (_cycle(graph, module) for module in sorted(graph.modules))), ())
        return ContractCheck(kept=not circle, metadata={"circle": circle})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Print the modules of the cycle, in import order."""
        output.print_error(" → ".join(check.metadata["circle"]))


def _cycle(graph: ImportGraph, module: str) -> Sequence[str]:
    if graph.is_module_squashed(module):
        return ()
    for imported in sorted(graph.find_modules_directly_imported_by(module)):
        back = graph.find_shortest_chain(imported, module)
        if back:
            return module, *back
    return ()
