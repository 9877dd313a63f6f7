"""Downloads and uploads: compressed files, archives, forms; and text nested in text."""

from __future__ import annotations

import base64
import hashlib
import json
from functools import partial
from typing import TYPE_CHECKING

from cryptography.fernet import Fernet

from corpus.case import FLUFFY, harmless, leak
from corpus.encoded import base64_of, hexed
from corpus.packed import PACKERS, gz, packed, page, tar, zipped
from corpus.programs import web
from corpus.programs.web import Answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from corpus.scene import Scene

_BINARY = {"Content-Type": "application/octet-stream"}


def fetched(make: Callable[[], bytes], scene: Scene) -> bytes:
    """A file that is downloaded."""
    content = make()
    web.get(scene, Answer(content, _BINARY), "-o", "fetched")
    return content


def fetched_with(secret_is: bytes, make: Callable[[], bytes], scene: Scene) -> bytes:
    """A file that is downloaded, in which these bytes carry the secret."""
    fetched(make, scene)
    return secret_is


def document(said: str, scene: Scene) -> bytes:
    """A document of CBOR, in which the bytes of one string are compressed."""
    body = gz(page(said))
    fetched(lambda: b"\xa2\x62id\x07\x64note\x59" + len(body).to_bytes(2, "big") + body, scene)
    return body


def form(make: Callable[[], bytes], name: str, scene: Scene) -> bytes:
    """A file upload in a form, between other fields."""
    web.serve(scene)
    content = make()
    scene.curl("-F", "name=nut", "-F", f"nest=@{scene.file(name, content)}", "-F", "ok=1", scene.url())
    return content


def form_field(*fields: str, scene: Scene) -> None:
    """A form with text fields."""
    web.serve(scene)
    scene.curl(*(part for field in fields for part in ("-F", field)), scene.url())


def form_encoded(word: str, encoder: str, scene: Scene) -> bytes:
    """A form with a part that has its own transfer encoding."""
    web.serve(scene)
    scene.curl("-F", f"nest=<{scene.file('word', page(word))};encoder={encoder}", scene.url())
    return base64.b64encode(page(word))[:20]


def json_with(text: bytes, scene: Scene) -> bytes:
    """JSON with a text field that contains the secret."""
    web.get(scene, Answer(b'{"ok": true, "nest": "' + text + b'"}', {"Content-Type": "application/json"}))
    return text


def json_written(before: bytes, written: bytes, scene: Scene) -> bytes:
    """JSON with text in base64, in which the secret is written in another way."""
    text, part = base64_of(before + written, written)
    json_with(text, scene)
    return part


def json_base64(times: int, scene: Scene) -> bytes:
    """JSON in base64, once or repeatedly."""
    text, part = json_word(), FLUFFY.encode()
    for _ in range(times):
        text, part = base64_of(text, part)
    json_with(text, scene)
    return part


def locked(scene: Scene) -> None:
    """A zip archive with traditional encryption."""
    scene.run("zip", "-q", "-P", "acorn", "nest.zip", scene.file("word", page()).rpartition("/")[2])
    web.get(scene, Answer((scene.folder / "nest.zip").read_bytes(), _BINARY))


def token(scene: Scene) -> None:
    """A Fernet token: base64 of encrypted bytes."""
    json_with(Fernet(Fernet.generate_key()).encrypt(FLUFFY.encode()), scene)


def b64(data: bytes) -> bytes:
    return base64.b64encode(data)


def in_lines(data: bytes) -> bytes:
    return base64.encodebytes(data).replace(b"\n", b"\r\n")


def json_word(word: str = FLUFFY) -> bytes:
    return json.dumps({"word": word, "acorns": 7}).encode()


_WORD = FLUFFY.encode()
_HASHES = ("md5", "sha1", "sha256", "sha512")

CASES = [
    leak("cbor-gzip", partial(document, FLUFFY), "gzip"),
    harmless("cbor-gzip-other-word", partial(document, "fluffy nail")),
    *(
        leak(f"file-{layer}", partial(fetched, partial(packed, page(), layer)), layer)
        for layer in PACKERS
        # Formats without a signature are only identified by a header.
        if layer in ("gzip", "zlib", "zstd", "compress", "bzip2", "xz", "lz4")
    ),
    leak("file-tar-gz", partial(fetched, lambda: gz(tar("nest", page()))), "gzip"),
    leak("file-zip", partial(fetched, lambda: zipped("nest.txt", page())), "zip"),
    leak("file-zip-stored", partial(fetched_with, _WORD, lambda: zipped("nest.txt", _WORD, stored=True))),
    leak("file-zip-in-zip", partial(fetched, lambda: zipped("a.zip", zipped("nest.txt", page()))), "zip", "zip"),
    leak("file-gzip-in-zip", partial(fetched, lambda: zipped("a.gz", gz(page()))), "zip", "gzip"),
    leak("file-zip-name", partial(fetched_with, _WORD, lambda: zipped(f"{FLUFFY}.txt", b"acorns"))),
    leak("form-field", partial(form_field, f"word={FLUFFY}", "ok=1")),
    leak("form-file-name", partial(form_field, f"nest=acorns;filename={FLUFFY}")),
    leak("form-file-gzip", partial(form, lambda: gz(page()), "nest.gz"), "multipart", "gzip"),
    leak("form-file-zip", partial(form, lambda: zipped("nest.txt", page()), "nest.zip"), "multipart", "zip"),
    leak("form-file-xz", partial(form, lambda: packed(page(), "xz"), "nest.xz"), "multipart", "xz"),
    leak("json-base64", partial(json_base64, 1), spelling="base64, at 1"),
    leak("base64-twice", partial(json_base64, 2), spelling="base64 twice"),
    leak("base64-three-times", partial(json_with, b64(b64(b64(json_word())))), "base64", spelling="base64 twice"),
    leak(
        "base64-four-times",
        partial(json_with, b64(b64(b64(b64(json_word()))))),
        "base64",
        "base64",
        spelling="base64 twice",
    ),
    leak("base64-of-gzip", partial(json_with, b64(gz(page()))), "base64", "gzip"),
    leak("base64-of-gzip-in-lines", partial(json_with, in_lines(gz(page()))), "base64", "gzip"),
    leak("base64-of-zlib", partial(json_with, b64(packed(page(), "zlib"))), "base64", "zlib"),
    leak("base64url-of-gzip", partial(json_with, base64.urlsafe_b64encode(gz(page()))), "base64", "gzip"),
    leak("base64-of-utf-16", partial(json_written, b"echo ", FLUFFY.encode("utf-16-le")), spelling="UTF-16 in base64"),
    leak("base64-of-percent", partial(json_written, b"/hollow/", b"fluffy%20tail"), spelling="form-encoded in base64"),
    leak("base64-of-hex", partial(json_with, b64(b"0x" + hexed(_WORD))), "base64", spelling="hexadecimal"),
    leak("base64-of-zip", partial(json_with, b64(zipped("nest.txt", page()))), "base64", "zip"),
    leak("gzip-of-base64", partial(fetched, lambda: gz(b64(page()))), "gzip", spelling="base64, at 2"),
    leak(
        "gzip-of-base64-of-gzip",
        partial(fetched, lambda: gz(json_word(b64(gz(page())).decode()))),
        "gzip",
        "base64",
        "gzip",
    ),
    harmless("file-locked-zip", locked),
    harmless("file-gzip-other-word", partial(fetched, lambda: gz(page("fluffy tale")))),
    harmless("file-zip-other-word", partial(fetched, lambda: zipped("nest.txt", page("flurry tail")))),
    harmless("form-two-fields", partial(form_field, "a=fluffy ", "b=tail")),
    harmless("form-gzip-other-word", partial(form, lambda: gz(page("stuffy tail")), "nest.gz")),
    harmless("json-base64-other-word", partial(json_with, b64(json_word("fluffy tbil")))),
    harmless("base64-twice-other-word", partial(json_with, b64(b64(json_word("fluffy tbil"))))),
    harmless("base64-of-gzip-other-word", partial(json_with, b64(gz(page("fluffy tbil"))))),
    harmless("fernet", token),
    harmless("hex-other-word", partial(json_with, hexed(b"fluffy nail"))),
    harmless("base64-in-other-case", partial(json_with, b64(_WORD).lower())),
    harmless("base64-two-halves", partial(json_with, b64(b"fluffy ") + b'", "more": "' + b64(b"tail"))),
    *(harmless(name, partial(json_with, hashlib.new(name, _WORD).hexdigest().encode())) for name in _HASHES),
]
