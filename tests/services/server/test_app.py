"""The Secret Squirrels' application."""

from __future__ import annotations

import pytest

from overheard_services.server.app import create_app


@pytest.mark.parametrize("message", ["fluffy tail", "buschiger Schwänz 🐿", "<script>alert(1)</script>", "a\nb"])
def test_it_tells_the_message_as_plain_text(message: str) -> None:
    answer = create_app(message).test_client().get("/")
    assert (answer.status_code, answer.text) == (200, message)
    assert answer.content_type == "text/plain; charset=utf-8"


def test_it_says_that_it_is_ready_without_telling_the_message() -> None:
    answer = create_app("fluffy tail").test_client().get("/health")
    assert (answer.status_code, answer.get_json()) == (200, {"status": "ok", "role": "server"})


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/other", 404), ("POST", "/", 405), ("HEAD", "/", 200)])
def test_elsewhere_the_message_is_not_told(method: str, path: str, status: int) -> None:
    answer = create_app("fluffy tail").test_client().open(path, method=method)
    assert answer.status_code == status
    assert "fluffy" not in answer.text
