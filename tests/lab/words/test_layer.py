"""Layers: their code is text, and who opened one is restored from JSON."""

from __future__ import annotations

import json
import pickle

import pytest

from overheard.words import layer
from overheard.words.layer import FERNET_BY_A_PARTY, NOTEBOOK, TLS_BY_THE_STOLEN_KEY, Layer, LayerKind, OpenedBy

OPENED = [each for each in vars(layer).values() if isinstance(each, Layer)]


@pytest.mark.parametrize("opened", OPENED)
def test_the_code_of_a_layer_restores_who_opened_it(opened: Layer) -> None:
    again = Layer.of(json.loads(json.dumps(opened)))
    assert (again, again.kind, again.opened_by) == (opened, LayerKind.OPENED, opened.opened_by)
    assert again.opened_by is not OpenedBy.ANYONE


def test_any_other_layer_needed_no_key() -> None:
    gzip = Layer.of("gzip")
    assert (gzip, gzip.kind, gzip.opened_by) == ("gzip", LayerKind.OTHER, OpenedBy.ANYONE)


def test_a_layer_survives_pickling() -> None:
    made = Layer("gzip", LayerKind.COMPRESSION)
    again = pickle.loads(pickle.dumps(made))  # noqa: S301  (it is our own)
    assert (again, again.kind, again.opened_by) == (made, made.kind, made.opened_by)


def test_openers_of_layers_are_distinguished() -> None:
    who = [FERNET_BY_A_PARTY.opened_by, NOTEBOOK.opened_by, TLS_BY_THE_STOLEN_KEY.opened_by]
    assert who == [OpenedBy.PARTY, OpenedBy.INTERCEPTOR, OpenedBy.THIEF]
