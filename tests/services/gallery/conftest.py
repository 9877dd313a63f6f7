"""One gallery for all tests, and name resolution for its names."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

import pytest

from overheard.words.gallery import HOSTS
from services.gallery.process import ADDRESS, GalleryProcess, running

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GalleryProcess]:
    """A running gallery."""
    with running(tmp_path_factory.mktemp("gallery")) as gallery:
        yield gallery


@pytest.fixture(autouse=True)
def _names(monkeypatch: pytest.MonkeyPatch) -> None:
    resolve = socket.getaddrinfo

    def getaddrinfo(host: str, *arguments: Any, **options: Any) -> object:  # noqa: ANN401  (passed on as they are)
        return resolve(ADDRESS if host in HOSTS else host, *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
