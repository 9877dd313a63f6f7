"""A tree in memory."""

from __future__ import annotations

from collections.abc import Iterable

from overheard_ca.transparency.merkle import appended, leaf_hash


class Tree:
    """All of its complete subtrees."""

    def __init__(self, leaves: Iterable[bytes]) -> None:
        self.nodes: dict[tuple[int, int], bytes] = {}
        for size, leaf in enumerate(leaves):
            for level, number, made in appended(self.node, size, leaf_hash(leaf)):
                assert (level, number) not in self.nodes
                self.nodes[level, number] = made

    def node(self, level: int, number: int) -> bytes:
        """The hash of a complete subtree."""
        return self.nodes[level, number]
