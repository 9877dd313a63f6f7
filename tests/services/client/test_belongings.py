"""What the client has with it: from a real CA, believed by real servers, and no more of it than it needs."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING, Any

import pytest

from lab.servers import Answers, serving
from overheard.words.errors import EnrolmentError, SettingsError
from overheard.words.scenario import Identity, Trust
from overheard.words.services import HTTP
from overheard_services.client.ask import Way, ask
from services.client.place import attempt

if TYPE_CHECKING:
    from pathlib import Path

    from lab.pki import Files
    from overheard_services.client.belongings import Belongings
    from services.client.place import Place


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def way(has: Belongings, **how: Any) -> Way:  # noqa: ANN401  (any field of an attempt)
    """How to make an attempt, wherever it leads."""
    ((_, way),) = has.prepared([attempt(HTTP, **how)])
    return way


def left(place: Place) -> set[str]:
    """All files of the client, but for the one that it is given."""
    return {
        str(file.relative_to(place.folder))
        for file in place.folder.rglob("*")
        if file.is_file() and file.stem != "token"
    }


GATHERED = {"walk/root.pem", "keys/mine/session.keys", "keys/mine/message.keys"}


# ---- gathering


def test_it_has_the_root_of_the_lab_ca_and_files_for_keys(place: Place) -> None:
    has = place.gather()
    assert (place.folder / "walk" / "root.pem").read_bytes() == (place.ca.state / "root.pem").read_bytes()
    assert has.keys == place.folder / "keys" / "mine"
    assert left(place) == GATHERED


def test_nobody_else_reads_its_keys_and_they_have_a_place_before_it_asks_anybody(place: Place) -> None:
    with pytest.raises(EnrolmentError, match="Connection refused"):
        place.gather(ca_url="https://127.0.0.1:1")
    keys = place.folder / "keys" / "mine"
    assert mode(keys) == 0o700
    assert {file.name: (mode(file), file.read_bytes()) for file in keys.iterdir()} == {
        "session.keys": (0o600, b""),
        "message.keys": (0o600, b""),
    }


def test_session_keys_go_to_that_file_and_its_mode_stays(place: Place) -> None:
    has = place.gather()
    assert ask(place.server.url("https"), way(has, trust=Trust.LAB_CA)).text == "fluffy tail"
    keys = has.keys / "session.keys"
    assert "CLIENT_TRAFFIC_SECRET_0 " in keys.read_text()
    assert mode(keys) == 0o600


def test_a_second_walk_of_the_same_run_adds_to_its_keys(place: Place) -> None:
    place.gather().keep(b"one")
    place.gather().keep(b"two")
    assert place.message_keys() == ["fernet one", "fernet two"]
    assert mode(place.folder / "keys" / "mine" / "message.keys") == 0o600


@pytest.mark.parametrize("run", ["a/b", "token"])
def test_keys_that_cannot_be_kept_are_an_error_in_words(place: Place, run: str) -> None:
    (place.folder / "keys" / "token").touch()
    with pytest.raises(SettingsError, match=r"^the keys of this run cannot be kept in /.*/keys/") as caught:
        place.gather(run=run)
    assert "OVERHEARD_RUN" in caught.value.hint


# ---- preparing


def test_for_an_attempt_that_needs_nothing_nothing_is_made(place: Place) -> None:
    has = place.gather()
    assert way(has) == Way(keys=has.keys / "session.keys")
    way(has, trust=Trust.NOT_THE_LAB_CA)
    way(has, trust=Trust.ANYBODY)
    way(has, trust=Trust.LAB_CA)
    way(has, trust=Trust.GALLERY_CA, crl=True)
    assert left(place) == GATHERED


def test_what_an_attempt_says_of_the_way_is_the_way(place: Place) -> None:
    has = place.gather()
    told = way(has, intercepted=True, ciphers="AES128-GCM-SHA256", patience=1, trust=Trust.ANYBODY)
    assert (told.through, told.ciphers, told.patience, told.verify) == ("interceptor", "AES128-GCM-SHA256", 1, False)
    gallery = place.folder / "gallery"
    told = way(has, trust=Trust.GALLERY_CA, crl=True)
    assert (told.trusting, told.crl, told.verify) == (gallery / "root.pem", gallery / "crl.pem", True)


def test_attempts_keep_their_order(place: Place) -> None:
    attempts = [attempt(HTTP, patience=number) for number in (3, 1, 2)]
    prepared = place.gather().prepared(attempts)
    assert [one for one, _ in prepared] == attempts
    assert [way.patience for _, way in prepared] == [3, 1, 2]


# ---- whom it trusts


@pytest.fixture
def impostor(place: Place, files: Files) -> Path:
    """The folder in which an interceptor hands over its root; here it is that of the small servers."""
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
def test_it_believes_those_that_it_is_to_trust_and_nobody_else(
    place: Place, files: Files, other: Files, impostor: Path, trust: Trust, *, lab: bool, impostors: bool
) -> None:
    (place.folder / "gallery" / "root.pem").write_bytes(other.root.read_bytes())
    told = way(place.gather(impostor=impostor), trust=trust)
    assert bool(ask(place.server.url("https"), told).text) is lab
    with serving(Answers(), files) as url:
        assert bool(ask(url, told).text) is impostors
    with serving(Answers(), other) as url:
        assert bool(ask(url, told).text) is (trust in {Trust.ANYBODY, Trust.GALLERY_CA})


def test_an_impostor_that_handed_over_nothing_is_an_error_in_words(place: Place) -> None:
    has = place.gather(impostor=place.folder / "nowhere")
    with pytest.raises(SettingsError, match=r"^OVERHEARD_CLIENT_IMPOSTOR: /.*/nowhere/root.pem cannot be read"):
        way(has, trust=Trust.IMPOSTOR_CA)
    way(has, trust=Trust.LAB_CA)


# ---- who it is


@pytest.mark.parametrize(
    ("identity", "requester", "name"),
    [(Identity.SQUIRREL, "client", "squirrel"), (Identity.SERVER, "acorn", "acorn")],
)
def test_a_second_walk_needs_no_new_token(place: Place, identity: Identity, requester: str, name: str) -> None:
    place.ca.new_token(requester)
    first = way(place.gather(), identity=identity).certificate
    assert first
    before = [file.read_bytes() for file in first]
    credentials = place.folder / "credentials" / name
    assert first == (credentials / "certificate.pem", credentials / "key.pem")
    assert mode(first[1]) == 0o600
    # Its token is used up by now.
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
def test_who_it_shows_itself_to_be_decides_what_it_is_told(
    place: Place, identity: Identity, greeting: str, error: str
) -> None:
    for requester in ("client", "acorn"):
        place.ca.new_token(requester)
    reply = ask(place.server.url("mutual-tls"), way(place.gather(), trust=Trust.LAB_CA, identity=identity))
    assert (reply.greeting, bool(reply.text)) == (greeting, not error)
    assert error in reply.error


def test_what_a_stranger_needs_is_made_for_one_walk_alone(place: Place) -> None:
    way(place.gather(), identity=Identity.STRANGER)
    assert left(place) == GATHERED | {"walk/stranger.pem", "walk/stranger.key.pem"}
    assert mode(place.folder / "walk" / "stranger.key.pem") == 0o600


# ---- the key that it shares


def test_the_shared_key_is_the_one_that_is_given_or_else_the_one_in_the_file(place: Place) -> None:
    assert place.gather().shared_key == place.shared_key.read_bytes().strip()
    given = "an acorn"
    assert place.gather(secret_key=given).shared_key == given.encode()
    with pytest.raises(SettingsError, match=r"^OVERHEARD_CLIENT_SHARED_KEY_FILE: /.*/nowhere cannot be read"):
        _ = place.gather(shared_key_file=place.folder / "nowhere").shared_key
