"""Orders by ACME at a real CA, which looks at a real server."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cryptography import x509

from ca.process import CaProcess
from lab.servers import Answers, serving
from overheard.words.errors import EnrolmentError
from overheard_services.acme_order import order
from overheard_services.credentials import fits, key_pem, new_key
from ports import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.slow

NAME = "localhost"


@contextmanager
def ca_that_asks(url: str, folder: Path) -> Iterator[CaProcess]:
    """A CA that looks at the port of this server, whatever the name."""
    ca = CaProcess(folder / "ca", acme="on", acme_http_port=url.rpartition(":")[2])
    try:
        yield ca.start()
    finally:
        ca.kill()


def root_of(ca: CaProcess) -> Path:
    return ca.state / "root.pem"


def test_whoever_answers_for_the_name_gets_a_certificate_and_a_stranger_gets_none(tmp_path: Path) -> None:
    answers = Answers()

    def publish(token: str, answer: str) -> None:
        assert answer.startswith(f"{token}.")
        answers.body = answer.encode()

    with serving(answers) as url, ca_that_asks(url, tmp_path) as ca:
        key = new_key()
        chain = order(ca.url, root_of(ca), NAME, key, publish)
        assert fits(key_pem(key), chain, x509.load_pem_x509_certificate(root_of(ca).read_bytes()), [NAME])
        assert [path.rpartition("/")[0] for _, path, _ in answers.asked] == ["/.well-known/acme-challenge"]
        assert ca.rows("SELECT code FROM refusals") == []
        # The server still answers what proves the name for the first account.
        with pytest.raises(EnrolmentError, match=r"^the CA refused localhost: incorrectResponse: .*and not the token"):
            order(ca.url, root_of(ca), NAME, new_key(), lambda _token, _answer: None)
        assert ca.rows("SELECT code, names FROM refusals") == [("incorrectResponse", f'["{NAME}"]')]


def test_a_name_that_the_ca_may_not_certify_is_refused_with_its_sentence(tmp_path: Path) -> None:
    with ca_that_asks("http://127.0.0.1:1", tmp_path) as ca, pytest.raises(EnrolmentError, match="rejectedIdentifier"):
        order(ca.url, root_of(ca), "elsewhere.com", new_key(), lambda _token, _answer: None)


def test_a_ca_that_is_not_there_or_another_one_is_an_error(tmp_path: Path) -> None:
    with ca_that_asks("http://127.0.0.1:1", tmp_path) as ca:
        for url in (f"https://127.0.0.1:{free_port()}", ca.url.replace("127.0.0.1", "127.0.0.2")):
            with pytest.raises(EnrolmentError, match=f"^no certificate for {NAME} from {url} by ACME: "):
                order(url, root_of(ca), NAME, new_key(), lambda _token, _answer: None)
