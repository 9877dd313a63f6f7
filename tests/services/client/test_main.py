"""The client of the tutorial, as a user runs it."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

import pytest

from lab.pki import Files
from lab.servers import Answers, serving
from overheard_services.disguise.fernet import new_key, seal
from ports import free_port
from services.client.process import client

if TYPE_CHECKING:
    from pathlib import Path

    from services.client.place import Place

pytestmark = pytest.mark.slow


def test_it_prints_the_message() -> None:
    with serving(Answers()) as url:
        done = client(SECRET_URL=url)
    assert (done.returncode, done.stdout, done.stderr) == (0, "The secret message is: fluffy tail\n", "")


def test_it_prints_the_message_over_https_with_the_given_ca(tmp_path: Path) -> None:
    files = Files.make(tmp_path)
    with serving(Answers(), files) as url:
        done = client(SECRET_URL=url, OVERHEARD_CLIENT_CA_FILE=str(files.root))
        untold = client(SECRET_URL=url)
    assert (done.returncode, done.stdout, done.stderr) == (0, "The secret message is: fluffy tail\n", "")
    assert (untold.returncode, untold.stdout) == (2, "")
    assert "certificate verify failed: unable to get local issuer certificate" in untold.stderr


def test_with_the_shared_key_it_decrypts_a_token(place: Place) -> None:
    """A token of the real server; without the key the client prints the token."""
    url, key = place.server.url("http", "/fernet"), place.shared_key.read_text().strip()
    for variables in ({"SECRET_KEY": key}, {"SECRET_KEY_FILE": str(place.shared_key)}):
        done = client(SECRET_URL=url, **variables)
        assert (done.returncode, done.stdout, done.stderr) == (0, "The secret message is: fluffy tail\n", "")
    assert client(SECRET_URL=url).stdout.startswith("The secret message is: gAAAA")


@pytest.mark.parametrize(
    ("key", "words"), [(new_key().decode(), "InvalidToken: "), ("acorn", "Fernet key must be 32")], ids=count()
)
def test_another_key_is_an_error_that_does_not_contain_the_key(key: str, words: str) -> None:
    with serving(Answers(body=seal(new_key(), "fluffy tail").encode())) as url:
        done = client(SECRET_URL=url, SECRET_KEY=key)
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr
    assert "see that SECRET_KEY is the one that the server has" in done.stderr
    assert key not in done.stderr
    assert "Traceback" not in done.stderr


def test_it_takes_no_arguments() -> None:
    done = client("http://localhost")
    assert (done.returncode, done.stdout) == (64, "")
    assert done.stderr == "client: unknown arguments: http://localhost\n  set SECRET_URL instead\n"


@pytest.mark.parametrize(
    ("variables", "words", "code"),
    [
        (
            {"SECRET_URL": "ftp://localhost"},
            "SECRET_URL is 'ftp://localhost', which is not an http:// or https:// URL",
            64,
        ),
        ({"SECRET_URL": "localhost:5683"}, "SECRET_URL is 'localhost:5683'", 64),
        ({"SECRET_URL": "http://"}, "No host supplied", 2),
        ({"SECRET_URL": "http://a..b/"}, "label empty or too long", 2),
        ({"SECRET_URL": f"http://127.0.0.1:{free_port()}"}, "Connection refused", 2),
        ({"SECRET_URL": "https://localhost", "OVERHEARD_CLIENT_CA_FILE": "/nowhere.pem"}, "/nowhere.pem", 2),
        # Without SECRET_URL it runs the story, which needs more settings.
        ({}, "OVERHEARD_CLIENT_HANDOVER is not set", 64),
    ],
)
def test_errors_are_messages_without_a_traceback(variables: dict[str, str], words: str, code: int) -> None:
    done = client(**variables)
    assert (done.returncode, done.stdout) == (code, "")
    assert done.stderr.startswith("client: ")
    assert words in done.stderr
    assert "Traceback" not in done.stderr
