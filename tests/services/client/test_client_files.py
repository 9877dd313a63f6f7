"""What the client needs for scenarios: from a real CA, accepted by real servers, and nothing more."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from lab.servers import Answers, serving
from overheard.words.errors import EnrolmentError, SettingsError
from overheard.words.scenario import Identity, Trust
from overheard.words.services import HTTP
from overheard_services.client.ask import Way, ask
from overheard_services.transparency.known_log import KnownLog
from services.client.place import attempt

if TYPE_CHECKING:
    from pathlib import Path

    from lab.pki import Files
    from overheard_services.client.client_files import ClientFiles
    from services.client.place import Place


LIST = "http://server:5599/crl/revoked"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def way(has: ClientFiles, **how: Any) -> Way:  # noqa: ANN401  (any field of an attempt)
    """How to make an attempt at any address."""
    ((_, way),) = has.prepared([attempt(HTTP, **how)])
    return way


def left(place: Place) -> set[str]:
    """All files of the client, except the given one."""
    return {
        str(file.relative_to(place.folder))
        for file in place.folder.rglob("*")
        if file.is_file() and file.stem != "token"
    }


GATHERED = {"walk/root.pem", "keys/mine/session.keys", "keys/mine/message.keys"}


# ---- gathering


@pytest.mark.slow
def test_it_has_the_root_of_the_lab_ca_and_files_for_keys(place: Place) -> None:
    has = place.gather()
    assert (place.folder / "walk" / "root.pem").read_bytes() == (place.ca.state / "root.pem").read_bytes()
    assert has.keys == place.folder / "keys" / "mine"
    assert left(place) == GATHERED


def test_its_key_files_are_private_and_exist_before_the_first_request(place: Place) -> None:
    with pytest.raises(EnrolmentError, match="Connection refused"):
        place.gather(ca_url="https://127.0.0.1:1")
    keys = place.folder / "keys" / "mine"
    assert mode(keys) == 0o700
    assert {file.name: (mode(file), file.read_bytes()) for file in keys.iterdir()} == {
        "session.keys": (0o600, b""),
        "message.keys": (0o600, b""),
    }


def test_session_keys_go_to_that_file_and_keep_its_mode(place: Place) -> None:
    has = place.gather()
    assert ask(place.server.url("https"), way(has, trust=Trust.LAB_CA)).text == "fluffy tail"
    keys = has.keys / "session.keys"
    assert "CLIENT_TRAFFIC_SECRET_0 " in keys.read_text()
    assert mode(keys) == 0o600


def test_a_second_client_of_the_same_run_appends_its_keys(place: Place) -> None:
    place.gather().keep(b"one")
    place.gather().keep(b"two")
    assert place.message_keys() == ["fernet one", "fernet two"]
    assert mode(place.folder / "keys" / "mine" / "message.keys") == 0o600


@pytest.mark.parametrize("run", ["a/b", "token"])
def test_keys_that_cannot_be_written_are_an_error_without_a_traceback(place: Place, run: str) -> None:
    (place.folder / "keys" / "token").touch()
    with pytest.raises(SettingsError, match=r"^the keys of this run cannot be kept in /.*/keys/") as caught:
        place.gather(run=run)
    assert "OVERHEARD_RUN" in caught.value.hint


# ---- preparing


def test_an_attempt_without_needs_creates_nothing(place: Place) -> None:
    has = place.gather()
    assert way(has) == Way(keys=has.keys / "session.keys")
    way(has, trust=Trust.NOT_THE_LAB_CA)
    way(has, trust=Trust.ANYBODY)
    way(has, trust=Trust.LAB_CA)
    way(has, trust=Trust.GALLERY_CA, crl=LIST)
    assert left(place) == GATHERED


def test_the_fields_of_an_attempt_determine_its_way(place: Place) -> None:
    has = place.gather()
    chosen = way(has, intercepted=True, ciphers="AES128-GCM-SHA256", patience=1, trust=Trust.ANYBODY)
    assert (chosen.through, chosen.ciphers, chosen.patience, chosen.verify) == (
        "interceptor",
        "AES128-GCM-SHA256",
        1,
        False,
    )
    gallery = place.folder / "gallery"
    chosen = way(has, trust=Trust.GALLERY_CA, crl=LIST, ocsp=True, soft_fail=True)
    assert (chosen.trusting, chosen.verify) == (gallery / "root.pem", True)
    assert (chosen.crl, chosen.ocsp, chosen.soft_fail) == (LIST, True, True)


def test_a_log_is_known_by_the_key_that_was_handed_over(place: Place) -> None:
    has, key = place.gather(), ec.generate_private_key(ec.SECP256R1()).public_key()
    form = (serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    with pytest.raises(SettingsError, match=r"^OVERHEARD_CLIENT_HANDOVER: .*log\.pem cannot be read"):
        way(has, logged=True)
    handed_over = place.ca.handover / "client" / "log.pem"
    handed_over.write_bytes(key.public_bytes(*form))
    assert way(has, logged=True).log == KnownLog(key)
    assert way(has).log is None
    handed_over.unlink()


def test_attempts_keep_their_order(place: Place) -> None:
    attempts = [attempt(HTTP, patience=number) for number in (3, 1, 2)]
    prepared = place.gather().prepared(attempts)
    assert [one for one, _ in prepared] == attempts
    assert [way.patience for _, way in prepared] == [3, 1, 2]


# ---- whom it trusts


@pytest.fixture
def impostor(place: Place, files: Files) -> Path:
    """The folder in which an interceptor hands over its root; here it is the root of the small servers."""
    folder = place.folder / "impostor"
    folder.mkdir()
    (folder / "root.pem").write_bytes(files.root.read_bytes())
    return folder


@pytest.mark.parametrize(
    ("trust", "lab", "impostors"),
    [
        (Trust.NOT_ASKED, False, False),
        (Trust.NOT_THE_LAB_CA, False, False),
        (Trust.LAB_CA, True, False),
        (Trust.IMPOSTOR_CA, True, True),
        (Trust.ANYBODY, True, True),
        (Trust.GALLERY_CA, False, False),
    ],
)
def test_it_trusts_exactly_the_given_authorities(
    place: Place, files: Files, other: Files, impostor: Path, trust: Trust, *, lab: bool, impostors: bool
) -> None:
    (place.folder / "gallery" / "root.pem").write_bytes(other.root.read_bytes())
    chosen = way(place.gather(impostor=impostor), trust=trust)
    assert bool(ask(place.server.url("https"), chosen).text) is lab
    with serving(Answers(), files) as url:
        assert bool(ask(url, chosen).text) is impostors
    with serving(Answers(), other) as url:
        assert bool(ask(url, chosen).text) is (trust in {Trust.ANYBODY, Trust.GALLERY_CA})


def test_a_missing_impostor_root_is_an_error_without_a_traceback(place: Place) -> None:
    has = place.gather(impostor=place.folder / "nowhere")
    with pytest.raises(SettingsError, match=r"^OVERHEARD_CLIENT_IMPOSTOR: /.*/nowhere/root.pem cannot be read"):
        way(has, trust=Trust.IMPOSTOR_CA)
    way(has, trust=Trust.LAB_CA)


# ---- who it is


@pytest.mark.parametrize(
    ("identity", "requester", "name"),
    [(Identity.SQUIRREL, "client", "squirrel"), (Identity.SERVER, "acorn", "acorn")],
)
def test_a_second_client_needs_no_new_token(place: Place, identity: Identity, requester: str, name: str) -> None:
    place.ca.new_token(requester)
    first = way(place.gather(), identity=identity).certificate
    assert first
    before = [file.read_bytes() for file in first]
    credentials = place.folder / "credentials" / name
    assert first == (credentials / "certificate.pem", credentials / "key.pem")
    assert mode(first[1]) == 0o600
    # Its token was used already.
    again = place.gather(run="another")
    assert way(again, identity=identity).certificate == first
    assert [file.read_bytes() for file in first] == before
    with pytest.raises(EnrolmentError, match="token-used"):
        way(place.gather(credentials=place.folder / "gallery"), identity=identity)


@pytest.mark.parametrize(
    ("identity", "greeting", "error"),
    [
        (Identity.SQUIRREL, "Hello squirrel", ""),
        (Identity.SERVER, "", "alert unsupported certificate"),
        (Identity.STRANGER, "", "alert unknown ca"),
        (Identity.NONE, "", "alert certificate required"),
    ],
)
def test_its_certificate_decides_the_response(place: Place, identity: Identity, greeting: str, error: str) -> None:
    for requester in ("client", "acorn"):
        place.ca.new_token(requester)
    reply = ask(place.server.url("mutual-tls"), way(place.gather(), trust=Trust.LAB_CA, identity=identity))
    assert (reply.greeting, bool(reply.text)) == (greeting, not error)
    assert error in reply.error


def test_the_certificate_of_a_stranger_is_created_for_one_run(place: Place) -> None:
    way(place.gather(), identity=Identity.STRANGER)
    assert left(place) == GATHERED | {"walk/stranger.pem", "walk/stranger.key.pem"}
    assert mode(place.folder / "walk" / "stranger.key.pem") == 0o600


# ---- the key that it shares


def test_the_shared_key_is_the_given_one_or_that_of_the_file(place: Place) -> None:
    assert place.gather().shared_key == place.shared_key.read_bytes().strip()
    given = "an acorn"
    assert place.gather(secret_key=given).shared_key == given.encode()
    with pytest.raises(SettingsError, match=r"^OVERHEARD_CLIENT_SHARED_KEY_FILE: /.*/nowhere cannot be read"):
        _ = place.gather(shared_key_file=place.folder / "nowhere").shared_key
