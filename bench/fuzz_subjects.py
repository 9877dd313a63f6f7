"""The readers of files and of text from outside, as `fuzz.py` fuzzes them: what each gets, and what may come of it."""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import random
import ssl
import struct
import subprocess
import warnings
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import asdict
from pathlib import Path
from unittest import mock

from rich.console import Console

import hunt
from capture.frames import File, dialogue, ethernet, ipv4, rewritten, udp
from capture.talk import handshake_transcript
from charsets import SECRETS
from fuzz_chains import chains
from fuzz_requests import request
from fuzz_subject import FoundError, Subject
from lab.certificates.mutations import changed as changed_document
from lab.certificates.mutations import documents
from lab.pki import Files
from mutations import changed, changed_json
from overheard import Options, judge
from overheard.certificates.errors import CertificateError
from overheard.certificates.examine import examine_file
from overheard.certificates.question import Question, Roots
from overheard.certificates.read import read_certificates, revocation_lists
from overheard.command.learn import errors
from overheard.command.secret_options import read_from, secrets
from overheard.report.certificate import certificates
from overheard.report.scan import scanned
from overheard.words.errors import SettingsError
from overheard.words.recording import KEY_LOG, MARK_GROUP, MARK_PORT, MARK_PREFIX, Recording
from overheard.words.report import Report
from overheard_ca.errors import RefusedError
from overheard_ca.request import check
from overheard_capture.captures.recording import digest, recording_file
from overheard_capture.wireshark.key_logs import fault_of

_PASTED = Path(__file__).parent.parent / "tests" / "lab" / "words" / "pasted"
_SECRET = {"message": "fluffy tail"}
_VOUCHED = Options(vouched={"sent", "whole"})


def _is_safe(text: str) -> str:
    """`text`. Raises FoundError if a terminal would obey something in it."""
    if not text.replace("\n", "").isprintable():
        bad = next(letter for letter in text if not letter.isprintable() and letter != "\n")
        raise FoundError(f"shows {bad!r}")
    return text


def _printed(shown: object) -> str:
    out = io.StringIO()
    Console(file=out, width=200).print(shown, soft_wrap=True)
    return _is_safe(out.getvalue())


@contextmanager
def _show(_: Path) -> Iterator[Subject]:
    documents()
    yield Subject(_document, _examined)


def _document(draw: random.Random) -> bytes:
    _, data = changed_document(draw)
    return data


def _examined(data: bytes) -> str:
    """Show a document, which is its own root and revocation list as well, and what OpenSSL reads must be read."""
    roots = lists = None
    with contextlib.suppress(CertificateError):
        roots = Roots(Path("it"), read_certificates(data, "it").certificates)
    with contextlib.suppress(CertificateError):
        lists = revocation_lists(data, "it")
    try:
        found = examine_file(data, "it", Question(host="bücher.test", trusted=roots, crls=lists))
    except CertificateError as error:
        said = _is_safe(str(error))
        if data.startswith(b"\x30") and "cannot be read as a certificate" in said and _openssl_reads(data):
            raise FoundError(f"OpenSSL reads it: {said}") from None
        return "refused"
    _printed(certificates(found))
    json.dumps(found.to_json())
    return "shown"


def _openssl_reads(data: bytes) -> bool:
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=data)
    except (ssl.SSLError, ValueError):
        return False
    return True


@contextmanager
def _errors(_: Path) -> Iterator[Subject]:
    texts = [file.read_bytes() for file in sorted(_PASTED.iterdir())]
    blocks = [block for text in texts for block in text.split(b"\n\n")]

    def draw(chance: random.Random) -> bytes:
        return changed(b"\n".join(chance.sample(blocks, chance.choice((1, 1, 2, 10)))), chance)

    yield Subject(draw, _explained, longest=5)


def _explained(data: bytes) -> str:
    """Ask what a text means, on standard input or as an argument in JSON."""
    as_json = bool(zlib.crc32(data) & 1)
    text, out = [os.fsdecode(data[:100_000])] if as_json else ["-"], io.StringIO()
    with redirect_stdout(out), redirect_stderr(out), mock.patch("sys.stdin", mock.Mock(buffer=io.BytesIO(data))):
        code = errors(argparse.Namespace(text=text, json=as_json))
    _is_safe(out.getvalue())
    return "unknown" if code else "found"


@contextmanager
def _secrets(folder: Path) -> Iterator[Subject]:
    file = folder / "secrets.toml"
    (folder / "password").write_bytes(b"fluffy tail\n")
    lists = [
        b'[[secret]]\nname = "one"\nvalue = "fluffy tail"\n\n[[secret]]\nname = "two"\nfile = "password"\n',
        b"secret = [{name = 'one', env = 'HOME'}, {name = \"two\", value = '''\nseveral\nlines'''}]\n",
        b'[[secret]]\nname = "a"\nvalue = "\\u00e4\\n"\n# a comment\n[[secret]]\n"name" = "b"\nfile = "../x"\n',
    ]
    pieces = (*_TOML, *(b"[" * 5000, b"{a=" * 3000, b"9" * 5000, b"a." * 3000))

    def read(data: bytes) -> str:
        file.write_bytes(data)
        given = [("--secrets", str(file))]
        try:
            secrets(given)
            list(read_from(given))
        except SettingsError as error:
            _is_safe(str(error))
            return "refused"
        return "read"

    yield Subject(lambda chance: changed(chance.choice(lists), chance, pieces), read)


_TOML = (
    *(b"[[secret]]\n", b"[secret]\n", b"secret = 5\n", b"secret = [1, 'a', []]\n", b"name = 5\n", b"value = [1]\n"),
    *(b"file = 5\n", b"file = 'a\\u0000b'\n", b'file = "a\\u0000b"\n', b'file = "\\ud800"\n', b'file = "."\n'),
    *(b'env = "\\u0000"\n', b'env = "="\n', b"value = 1979-05-27T07:32:00Z\n", b"value = nan\n", b'name = "\\u001b"\n'),
    *(b"'''", b'"""', b"\\U00110000", b"\0", b"\r", b"=", b".", b"[", b"]", b"{", b"}", b"\n", b"\xff", b'"', b"'"),
)


@contextmanager
def _notes(folder: Path) -> Iterator[Subject]:
    """The recorder's notes, beside a recording that is judged with them."""
    start, end = MARK_PREFIX + b"1" * 32, MARK_PREFIX + b"2" * 32
    first, last = (ethernet(ipv4(udp(mark, target=MARK_PORT), 17, target=MARK_GROUP)) for mark in (start, end))
    exchange = dialogue([(">", b"GET / HTTP/1.1\r\n\r\n"), ("<", b"HTTP/1.1 204 x\r\n\r\n")])
    path = rewritten(folder / "one.pcapng", [first, *exchange, last])
    notes = Recording(
        *("one", "lo", "not tcp port 9", 0, 1_600_000_000.0, 1_800_000_000.0, start.decode(), end.decode()),
        *(True, 0, digest(path), "Packets: 9", "", "dumpcap"),
    )

    def draw(chance: random.Random) -> bytes:
        return changed_json(asdict(notes), chance) if chance.random() < 0.8 else changed(_json(notes), chance)

    def read(data: bytes) -> str:
        recording_file(path).write_bytes(data)
        return _told(judge(path, _SECRET, Options(vouched={"sent"})))

    yield Subject(draw, read)


def _json(notes: Recording) -> bytes:
    return json.dumps(asdict(notes)).encode()


def _told(report: Report) -> str:
    """Print a report in all ways, and return its outcome."""
    _printed(scanned(report))
    json.dumps(report.to_json())
    return str(report.outcome)


@contextmanager
def _captures(folder: Path) -> Iterator[Subject]:
    """Captures of the hunt, which has protocols and layers of all kinds, with damage in their packets or anywhere."""
    whole, target = folder / "whole.pcap", folder / "damaged.pcapng"

    def draw(chance: random.Random) -> bytes:
        data = hunt.build(hunt.draw(chance.randrange(1 << 40)))
        if chance.randrange(3):
            return changed(data, chance)
        whole.write_bytes(data)
        rate, seed = chance.choice(("0.0001", "0.001", "0.01", "0.1")), str(chance.randrange(1 << 31))
        command = ["editcap", "-E", rate, "--seed", seed, str(whole), str(target)]
        subprocess.run(command, check=True, capture_output=True)
        return target.read_bytes()

    def read(data: bytes) -> str:
        target.write_bytes(data)
        return _told(judge(target, {"words": SECRETS["words"]}, _VOUCHED))

    yield Subject(draw, read, longest=10)


@contextmanager
def _key_log(folder: Path) -> Iterator[Subject]:
    """Key logs as files, and some of these with the handshake that they are of, beside it and embedded in it."""
    keys, path = folder / KEY_LOG, folder / "tls.pcapng"
    frames = dialogue(_handshake(folder, keys))
    good = keys.read_bytes() + b"# a comment\nCLIENT_RANDOM " + b"ab" * 32 + b" " + b"cd" * 48 + b"\n"

    def read(data: bytes) -> str:
        keys.write_bytes(data)
        said = "no key log" if _is_safe(fault_of(keys)) else "key log"
        if zlib.crc32(data) % _JUDGED:
            return said
        embedded = struct.pack("<II", 0x544C534B, len(data)) + data
        file = File().section().interface().block(10, embedded)
        for number, frame in enumerate(frames):
            file.packet(frame, ticks=number)
        file.write(path)
        outcome = _told(judge(path, _SECRET, Options(vouched={"whole"}), keys=[keys]))
        return f"{said}, {outcome} with it"

    yield Subject(lambda chance: changed(good, chance), read)


# One in so many: tshark takes a second.
_JUDGED = 50


def _handshake(folder: Path, keys: Path) -> list[tuple[str, bytes]]:
    """What the client (`>`) and the server (`<`) of a handshake say; the keys of the client go to a file."""
    files = Files.make(folder)
    accepting = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    accepting.load_cert_chain(files.certificate, files.key)
    asking = ssl.create_default_context(cafile=files.root)
    asking.keylog_filename = str(keys)
    return handshake_transcript(accepting, asking)


@contextmanager
def _csr(_: Path) -> Iterator[Subject]:
    # The library says so of a common name that is too long, which is then refused, or is allowed.
    warnings.filterwarnings("ignore", "Attribute's length must be", UserWarning)
    yield Subject(request, _checked, longest=5)


def _checked(data: bytes) -> str:
    names = frozenset({"server", "localhost"})
    try:
        check(data, yours=names, allowed=names)
    except RefusedError as error:
        return error.code
    return "granted"


SUBJECTS: dict[str, Callable[[Path], AbstractContextManager[Subject]]] = {
    "show": _show,
    "errors": _errors,
    "secrets": _secrets,
    "notes": _notes,
    "captures": _captures,
    "key-log": _key_log,
    "csr": _csr,
    "chains": chains,
}
