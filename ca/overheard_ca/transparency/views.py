"""The log over HTTPS (RFC 6962, 4): what it takes, and what it proves. Everything is public."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from flask import Blueprint, Response, jsonify, request

from overheard_ca import body, refusals
from overheard_ca.transparency import merkle
from overheard_ca.transparency.log import Log
from overheard_ca.transparency.store import Store
from overheard_ca.transparency.structures import Timestamp

PREFIX = "/ct/v1"

# How many entries are in one response at most: who asks for more has to go on (RFC 6962, 4.6).
MOST_ENTRIES = 256

# No tree has a number of entries with more digits.
_MOST_DIGITS = 15


def blueprint(log: Log) -> Blueprint:
    """The endpoints of a log."""
    views = Blueprint("transparency", __name__, url_prefix=PREFIX)

    @views.post("/add-chain")
    def add_chain() -> Response:
        return _timestamp(log.add_chain(_chain(), datetime.now(UTC)))

    @views.post("/add-pre-chain")
    def add_pre_chain() -> Response:
        return _timestamp(log.add_precertificate(_chain(), datetime.now(UTC)))

    @views.get("/get-roots")
    def get_roots() -> Response:
        return jsonify(certificates=_texts(root.public_bytes(Encoding.DER) for root in log.roots))

    @views.get("/get-sth")
    def get_sth() -> Response:
        head = log.head(datetime.now(UTC))
        return jsonify(
            tree_size=head.size,
            timestamp=head.timestamp,
            sha256_root_hash=_text(head.root),
            tree_head_signature=_text(head.signature),
        )

    _add_entries(views, log)
    _add_proofs(views, log)
    return views


def _add_proofs(views: Blueprint, log: Log) -> None:
    @views.get("/get-sth-consistency")
    def get_sth_consistency() -> Response:
        with log.reading() as store:
            second = _size(store, "second")
            first = _number("first", second + 1)
            return jsonify(consistency=_texts(merkle.consistency(store.node, first, second)))

    @views.get("/get-proof-by-hash")
    def get_proof_by_hash() -> Response:
        with log.reading() as store:
            size = _size(store, "tree_size")
            index = store.with_hash(_hash())
            if index is None or index >= size:
                raise refusals.LOG_UNKNOWN.error(size=size)
            return jsonify(leaf_index=index, audit_path=_texts(merkle.audit_path(store.node, index, size)))


def _add_entries(views: Blueprint, log: Log) -> None:
    @views.get("/get-entries")
    def get_entries() -> Response:
        with log.reading() as store:
            start = _number("start", store.size)
            end = _number("end", 10**_MOST_DIGITS)
            if end < start:
                raise refusals.LOG_PARAMETER.error(name="end", why="it is before start")
            found = store.entries(start, min(end, start + MOST_ENTRIES - 1))
        return jsonify(entries=[{"leaf_input": _text(each.leaf), "extra_data": _text(each.extra)} for each in found])

    @views.get("/get-entry-and-proof")
    def get_entry_and_proof() -> Response:
        with log.reading() as store:
            size = _size(store, "tree_size")
            index = _number("leaf_index", size)
            (entry,) = store.entries(index, index)
            path = merkle.audit_path(store.node, index, size)
        return jsonify(leaf_input=_text(entry.leaf), extra_data=_text(entry.extra), audit_path=_texts(path))


def _timestamp(made: Timestamp) -> Response:
    return jsonify(
        sct_version=0, id=_text(made.log_id), timestamp=made.timestamp, extensions="", signature=_text(made.signature)
    )


def _chain() -> list[x509.Certificate]:
    """The certificates in the body of the request. Raises RefusedError."""
    try:
        encoded = json.loads(body.read())["chain"]
        return [x509.load_der_x509_certificate(base64.b64decode(each, validate=True)) for each in encoded]
    except (ValueError, TypeError, KeyError, RecursionError, x509.InvalidVersion):
        raise refusals.LOG_CHAIN.error(why='it is not JSON like {"chain": [DER in base64, ...]}') from None


def _size(store: Store, name: str) -> int:
    """The size of a tree that there was."""
    return _number(name, store.size + 1)


def _number(name: str, below: int) -> int:
    """A number of the request. Raises RefusedError."""
    text = request.args.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS):
        raise refusals.LOG_PARAMETER.error(name=name, why="it is no number")
    if int(text) >= below:
        raise refusals.LOG_PARAMETER.error(name=name, why=f"it is {text}, and not below {below}")
    return int(text)


def _hash() -> bytes:
    try:
        return base64.b64decode(request.args.get("hash", ""), validate=True)
    except (binascii.Error, ValueError):
        raise refusals.LOG_PARAMETER.error(name="hash", why="it is not base64, percent-encoded") from None


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _texts(data: Iterable[bytes]) -> list[Any]:
    return [_text(each) for each in data]
