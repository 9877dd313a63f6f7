"""The page on a port of this machine."""

from __future__ import annotations

import socket

import pytest
import requests
from flask import Flask

from overheard.words.errors import SettingsError
from overheard_capture.page import serving
from overheard_capture.page.serving import ADDRESS, Served, free_port, usual_port


@pytest.fixture
def app() -> Flask:
    app = Flask(__name__)
    app.get("/")(lambda: "here")
    return app


def test_it_is_served_while_the_block_runs(app: Flask, capfd: pytest.CaptureFixture[str]) -> None:
    port = free_port()
    with Served(app, port):
        assert requests.get(f"http://{ADDRESS}:{port}/", timeout=5).text == "here"
    with pytest.raises(requests.ConnectionError):
        requests.get(f"http://{ADDRESS}:{port}/", timeout=5)
    assert capfd.readouterr() == ("", "")


def test_a_port_in_use_is_an_error_in_words(app: Flask, capfd: pytest.CaptureFixture[str]) -> None:
    with socket.create_server((ADDRESS, 0)) as taken, pytest.raises(SettingsError, match="Address already in use"):
        Served(app, taken.getsockname()[1])
    assert capfd.readouterr() == ("", "")


def test_the_usual_port_is_taken_where_it_is_free(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "USUAL_PORT", free := free_port())
    assert usual_port() == free
    with socket.create_server((ADDRESS, free)):
        assert usual_port() != free
