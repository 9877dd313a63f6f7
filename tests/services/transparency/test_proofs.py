"""Proofs, made by the log of the CA and checked by a client, for all sizes up to 64; and each of them altered."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ca.transparency.trees import Tree
from ca.transparency.vectors import AUDIT_PATHS, CONSISTENCY, LEAVES, ROOTS
from overheard_ca.transparency.merkle import audit_path, consistency
from overheard_services.transparency.proofs import is_consistent, is_included, leaf_hash, tree_hash

MANY = [bytes([number]) for number in range(64)]
HASHES = [tree_hash(MANY[:size]) for size in range(65)]


@pytest.fixture(scope="module")
def tree() -> Tree:
    return Tree(MANY)


def altered(path: list[bytes]) -> Iterator[list[bytes]]:
    """Every way in which a path may be slightly wrong."""
    yield [*path, bytes(32)]
    yield [bytes(32), *path]
    for at, each in enumerate(path):
        yield path[:at] + path[at + 1 :]
        yield [*path[:at], bytes([each[0] ^ 1]) + each[1:], *path[at + 1 :]]
    if path[::-1] != path:
        yield path[::-1]


def test_known_proofs_are_accepted() -> None:
    assert [tree_hash(LEAVES[:size]).hex() for size in range(9)] == list(ROOTS)
    for (index, size), path in AUDIT_PATHS.items():
        root = bytes.fromhex(ROOTS[size])
        assert is_included(leaf_hash(LEAVES[index]), index, size, [*map(bytes.fromhex, path)], root)
    for (old, size), path in CONSISTENCY.items():
        roots = bytes.fromhex(ROOTS[old]), bytes.fromhex(ROOTS[size])
        assert is_consistent(old, roots[0], size, roots[1], [*map(bytes.fromhex, path)])


def test_each_leaf_is_proved_in_each_size_and_nowhere_else(tree: Tree) -> None:
    for size in range(1, 65):
        for index in range(size):
            path, leaf = audit_path(tree.node, index, size), leaf_hash(MANY[index])
            assert is_included(leaf, index, size, path, HASHES[size])
            assert not is_included(leaf_hash(b"another"), index, size, path, HASHES[size])
            assert not is_included(leaf, index, size, path, HASHES[size - 1])
            assert not any(
                is_included(leaf, other, size, path, HASHES[size]) for other in range(size) if other != index
            )


def test_each_two_sizes_are_proved_to_be_consistent_and_no_others(tree: Tree) -> None:
    for size in range(65):
        for old in range(size + 1):
            path = consistency(tree.node, old, size)
            assert is_consistent(old, HASHES[old], size, HASHES[size], path)
            # Of the empty tree, every other is a continuation.
            if 0 < old < size:
                assert not is_consistent(old, HASHES[old + 1], size, HASHES[size], path)
                assert not is_consistent(old, HASHES[old], size, HASHES[size - 1], path)
                assert not is_consistent(size, HASHES[size], old, HASHES[old], path)


def test_an_altered_proof_proves_nothing(tree: Tree) -> None:
    for size in range(1, 33):
        for index in range(size):
            leaf = leaf_hash(MANY[index])
            for path in altered(audit_path(tree.node, index, size)):
                assert not is_included(leaf, index, size, path, HASHES[size])
            for path in altered(consistency(tree.node, index, size)):
                assert not is_consistent(index, HASHES[index], size, HASHES[size], path)


def test_numbers_outside_of_the_tree_prove_nothing(tree: Tree) -> None:
    path = audit_path(tree.node, 0, 8)
    for index in (-1, 8):
        assert not is_included(leaf_hash(MANY[0]), index, 8, path, HASHES[8])
    assert not is_consistent(-1, HASHES[1], 8, HASHES[8], path)
