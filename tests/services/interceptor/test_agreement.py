"""A spy in the middle of a key agreement: he agrees with each side, and neither notices."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from cryptography.fernet import Fernet, InvalidToken

from overheard_services.client.ask import Way, ask
from overheard_services.disguise.diffie_hellman import Party
from overheard_services.interceptor.record import How
from services.interceptor.process import ADDRESS, Interceptor, started
from services.interceptor.squirrels import MESSAGE, Agreed, agreeing

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def server() -> Iterator[Agreed]:
    with agreeing() as agreed:
        yield agreed


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, server: Agreed) -> Iterator[Interceptor]:
    with started(tmp_path_factory.mktemp("interceptor"), server.url) as interceptor:
        yield interceptor


@pytest.fixture
def interceptor(running: Interceptor, server: Agreed) -> Interceptor:
    """An interceptor without any notes, and a server without any requests."""
    for heard in (server.sent, server.answered, server.keys):
        heard.clear()
    for file in running.record.iterdir():
        file.write_bytes(b"")
    return running


@pytest.mark.slow
def test_both_the_client_and_the_spy_get_the_message(server: Agreed, interceptor: Interceptor) -> None:
    client = Party()
    reply = ask(f"{server.url}/diffie-hellman", Way(through=ADDRESS), post={"public": client.public})
    answer = json.loads(reply.text)
    key = client.agree(answer["public"])
    assert Fernet(key).decrypt(answer["token"]) == MESSAGE.encode()

    (exchange,) = interceptor.exchanges
    assert exchange["saw"] == MESSAGE
    assert exchange["how"] == How.AGREED
    assert exchange["asked"] == f"POST {server.url}/diffie-hellman"
    assert f"the interceptor read: {MESSAGE}\n" in interceptor.said

    written = (interceptor.record / "message.keys").read_text().splitlines()
    assert written == [f"fernet {server.keys[0].decode()}", f"fernet {key.decode()}"]
    assert server.keys[0] != key


def test_forwarded_messages_have_the_same_length_and_other_values(server: Agreed, interceptor: Interceptor) -> None:
    """So nothing looks unusual on either side, and no value appears on both."""
    client = Party()
    reply = ask(f"{server.url}/diffie-hellman", Way(through=ADDRESS), post={"public": client.public})
    assert len(server.sent[0]) == len(json.dumps({"public": client.public}))
    assert client.public.encode() not in server.sent[0]
    assert len(reply.text) == len(server.answered[0])
    answered, got = json.loads(server.answered[0]), json.loads(reply.text)
    assert answered.keys() == got.keys()
    assert all(answered[name] != got[name] for name in answered)
    assert len(interceptor.exchanges) == 1


def test_without_the_spy_both_share_one_key(server: Agreed, interceptor: Interceptor) -> None:
    client = Party()
    reply = ask(f"{server.url}/diffie-hellman", post={"public": client.public})
    assert client.agree(json.loads(reply.text)["public"]) == server.keys[0]
    assert interceptor.exchanges == []
    assert (interceptor.record / "message.keys").read_bytes() == b""


@pytest.mark.parametrize("post", [{"public": "nonsense"}, {"public": 1}, {"private": "x"}, ["public"], "public"])
def test_other_requests_pass_unchanged(server: Agreed, interceptor: Interceptor, post: object) -> None:
    reply = ask(f"{server.url}/diffie-hellman", Way(through=ADDRESS), post=post)
    assert reply.error.startswith("HTTPError: 400 ")
    assert server.sent == [json.dumps(post).encode()]
    (exchange,) = interceptor.exchanges
    assert (exchange["status"], exchange["how"]) == (400, How.IN_CLEAR)
    assert (interceptor.record / "message.keys").read_bytes() == b""


def test_an_agreement_on_another_path_passes_unchanged(server: Agreed, interceptor: Interceptor) -> None:
    """The client and the server share the key; the spy has their response, and cannot decrypt it."""
    client = Party()
    reply = ask(f"{server.url}/elsewhere", Way(through=ADDRESS), post={"public": client.public})
    assert client.agree(json.loads(reply.text)["public"]) == server.keys[0]
    (exchange,) = interceptor.exchanges
    assert exchange["saw"] == reply.text
    for line in (interceptor.record / "message.keys").read_text().splitlines():
        with pytest.raises(InvalidToken):
            Fernet(line.split()[1]).decrypt(json.loads(reply.text)["token"])
