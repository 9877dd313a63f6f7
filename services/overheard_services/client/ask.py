"""Asking for the secret message, as in the tutorial: one GET with `requests`."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import requests
from requests.adapters import HTTPAdapter
from urllib3.util.ssl_ import create_urllib3_context

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# How long the server may take to connect and to answer, in seconds.
_PATIENCE = 10


@dataclass(frozen=True)
class Answer:
    """What the client got: the message, or the error that `requests` raised, in its own words."""

    message: str = ""
    error: str = ""


class _KeepingKeys(HTTPAdapter):
    """Connections whose session keys are written to `keys`, and to no other place whatever the environment says."""

    def __init__(self, keys: Path) -> None:
        self._keys = keys
        super().__init__()

    def init_poolmanager(self, *arguments: object, **options: object) -> None:
        context = create_urllib3_context()
        context.keylog_filename = str(self._keys)
        super().init_poolmanager(*arguments, **options, ssl_context=context)  # type: ignore[arg-type]


@contextmanager
def _session(keys: Path | None) -> Iterator[requests.Session]:
    with requests.Session() as session:
        # REQUESTS_CA_BUNDLE in the environment would decide over `verify`, and a proxy over the way: the story is
        # about whom this client trusts, and nobody else has a say in it.
        session.trust_env = False
        if keys:
            session.mount("https://", _KeepingKeys(keys))
        yield session


def ask(url: str, *, trusting: str | None = None, keys: Path | None = None) -> Answer:
    """GET `url`. `trusting` is the file of the only CA to trust; without it the usual public ones are."""
    try:
        with _session(keys) as session:
            answer = session.get(url, verify=trusting or True, timeout=_PATIENCE)
            answer.raise_for_status()
            return Answer(message=answer.text)
    # Those of requests are OSErrors, as is a CA file that is not there; of some hosts it lets a ValueError through.
    except (OSError, ValueError) as error:
        return Answer(error=f"{type(error).__name__}: {error}")
