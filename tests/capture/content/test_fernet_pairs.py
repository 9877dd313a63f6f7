"""A Fernet token and its key in clear are found together; other values of that length are no keys."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

import pytest
from cryptography.fernet import Fernet

from capture.frames import exchange, rewritten
from capture.wrapped import answer, noise
from overheard import Options, judge
from overheard_capture.content.fernet_pairs import FernetPairs
from overheard_capture.content.findings import FERNET_KEY

if TYPE_CHECKING:
    from pathlib import Path

REQUEST = b"GET / HTTP/1.1\r\nHost: server\r\n\r\n"
KEY = Fernet.generate_key()
TOKEN = Fernet(KEY).encrypt(b"it is: fluffy tail")
OTHER = base64.urlsafe_b64encode(noise(32))


def said(folder: Path, *bodies: bytes, number: int = 1) -> str:
    """The reasons if a server gives these answers, each `number` of times, on connections of their own."""
    frames = [frame for body in bodies for frame in exchange([REQUEST], [answer(body)] * number)]
    report = judge(rewritten(folder / "a.pcapng", frames), {"m": "fluffy tail"}, Options(vouched={"sent", "whole"}))
    return " ".join(check.says for check in report.verdicts["m"].reasons)


@pytest.mark.parametrize(
    "bodies",
    [
        [KEY, TOKEN],
        [TOKEN, b"the key is " + KEY + b", as you know"],
        [json.dumps({"key": KEY.decode(), "token": TOKEN.decode()}).encode()],
        [KEY.rstrip(b"="), b"?token=" + TOKEN.replace(b"=", b"%3D")],
        [base64.b64encode(b"key=" + KEY + b"; that is all of it"), TOKEN],
    ],
)
def test_a_key_in_clear_and_its_token_are_a_reason(tmp_path: Path, bodies: list[bytes]) -> None:
    assert FERNET_KEY in said(tmp_path, *bodies)


@pytest.mark.parametrize("bodies", [[OTHER, TOKEN], [KEY], [TOKEN], [KEY, TOKEN[:-8]]])
def test_a_token_or_a_key_alone_is_none(tmp_path: Path, bodies: list[bytes]) -> None:
    assert said(tmp_path, *bodies) == ""


def test_those_of_other_parts_of_a_capture_count() -> None:
    one, other = FernetPairs(), FernetPairs()
    one.keep(base64.urlsafe_b64decode(TOKEN), b"")
    other.keep(b"", base64.urlsafe_b64decode(KEY))
    assert not one.fit()
    one.keep_all(other)
    assert one.fit()


def test_no_more_than_a_number_are_kept() -> None:
    pairs = FernetPairs()
    for number in range(5000):
        pairs.keep(noise(100, number), noise(32, number))
    assert len(pairs.tokens) < 100
    assert len(pairs.keys) == 1000
