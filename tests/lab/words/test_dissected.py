"""What a dissected frame carries."""

from __future__ import annotations

from overheard.words.dissected import Dissected

HTTP, TLS = ("eth", "ip", "tcp", "http"), ("eth", "ip", "tcp", "tls")


def frame(layers: tuple[str, ...], *shows: str) -> Dissected:
    return Dissected(5, "[::1]:40000 → [::1]:5683", layers, shows)


def test_a_request_is_known_by_its_first_line() -> None:
    assert frame(HTTP, "GET / HTTP/1.1").is_request
    assert not frame(HTTP, "HTTP/1.1 200 OK").is_request
    assert not frame(HTTP, "a part of an HTTP message").is_request
    assert not frame(TLS, "Handshake Protocol: Client Hello").is_request


def test_records_of_application_data_are_encrypted() -> None:
    assert frame(TLS, "Change Cipher Spec Protocol", "Application Data Protocol: Application Data").is_encrypted
    assert not frame(TLS, "Handshake Protocol: Client Hello").is_encrypted
    assert not frame(HTTP, "GET / HTTP/1.1").is_encrypted


def test_the_other_direction_is_that_of_the_answer() -> None:
    assert frame(HTTP).opposite == "[::1]:5683 → [::1]:40000"
