"""The client of the tutorial, as a user types it."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from ca.process import free_port
from lab.certificates import Files
from lab.servers import Answers, serving
from overheard.engines.base import clean_environment

if TYPE_CHECKING:
    from pathlib import Path


def client(**variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "overheard_services.client"],
        env={**clean_environment(), **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_it_prints_the_message() -> None:
    with serving(Answers()) as url:
        done = client(SECRET_URL=url)
    assert (done.returncode, done.stdout, done.stderr) == (0, "The secret message is: fluffy tail\n", "")


def test_it_prints_the_message_over_https_with_the_ca_that_it_is_told_to_trust(tmp_path: Path) -> None:
    files = Files.make(tmp_path)
    with serving(Answers(), files) as url:
        done = client(SECRET_URL=url, OVERHEARD_CLIENT_CA_FILE=str(files.root))
        untold = client(SECRET_URL=url)
    assert (done.returncode, done.stdout, done.stderr) == (0, "The secret message is: fluffy tail\n", "")
    assert (untold.returncode, untold.stdout) == (2, "")
    assert "certificate verify failed: unable to get local issuer certificate" in untold.stderr


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"SECRET_URL": "ftp://localhost"}, "SECRET_URL is 'ftp://localhost', which is no http:// or https:// address"),
        ({"SECRET_URL": "localhost:5683"}, "SECRET_URL is 'localhost:5683'"),
        ({"SECRET_URL": "http://"}, "No host supplied"),
        ({"SECRET_URL": "http://a..b/"}, "label empty or too long"),
        ({"SECRET_URL": f"http://127.0.0.1:{free_port()}"}, "Connection refused"),
        ({"SECRET_URL": "https://localhost", "OVERHEARD_CLIENT_CA_FILE": "/nowhere.pem"}, "/nowhere.pem"),
        # Without SECRET_URL it walks the story, and for that it must be told more.
        ({}, "OVERHEARD_CLIENT_HANDOVER is not set"),
    ],
)
def test_what_goes_wrong_is_told_in_words(variables: dict[str, str], words: str) -> None:
    done = client(**variables)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("client: ")
    assert words in done.stderr
    assert "Traceback" not in done.stderr
