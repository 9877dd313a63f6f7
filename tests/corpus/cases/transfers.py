"""File transfers: FTP, by the library pyftpdlib, and TFTP."""

from __future__ import annotations

import struct
import sys
from functools import partial
from typing import TYPE_CHECKING

from corpus.case import FLUFFY, harmless, leak
from corpus.packed import gz, page

if TYPE_CHECKING:
    from pathlib import Path

    from corpus.scene import Scene

_BLOCK = 512


def serve_ftp(scene: Scene) -> Path:
    """An FTP server that accepts any password. Returns the folder that it serves."""
    nest = scene.folder / "nest"
    nest.mkdir()
    # In a process of its own: it uses deprecated modules, and warnings are errors here.
    scene.start(sys.executable, "-m", "pyftpdlib", "-i", scene.host, "-p", "21", "-w", "-d", str(nest))
    scene.await_port(21)
    return nest


def ftp(*arguments: str, word: str = "acorn", content: bytes = b"acorns", scene: Scene) -> bytes:
    """A download."""
    (serve_ftp(scene) / "word.txt").write_bytes(content)
    scene.curl(*arguments, "--user", f"anonymous:{word}", f"ftp://{scene.host}/word.txt")
    return content


def ftp_password(word: str, *, scene: Scene) -> None:
    """A download with this password."""
    ftp(word=word, scene=scene)


def ftp_left(content: bytes, name: str = "word.txt", *, scene: Scene) -> bytes:
    """An upload."""
    serve_ftp(scene)
    scene.curl("--user", "anonymous:acorn", "-T", "-", f"ftp://{scene.host}/{name}", said=content)
    return content


def ftp_named(*, scene: Scene) -> None:
    """An upload with the secret in the file name."""
    ftp_left(b"acorns", "fluffy%20tail", scene=scene)


def tftp(content: bytes, wire: bytes = FLUFFY.encode(), *, scene: Scene) -> bytes:
    """A TFTP download, in blocks (RFC 1350)."""
    listener = scene.datagrams(69)

    def serve() -> None:
        _, client = listener.recvfrom(600)
        blocks = [content[at : at + _BLOCK] for at in range(0, len(content) + 1, _BLOCK)]
        for number, block in enumerate(blocks, 1):
            listener.sendto(struct.pack(">HH", 3, number) + block, client)
            listener.recvfrom(600)

    thread = scene.background(serve)
    scene.curl("--tftp-no-options", f"tftp://{scene.host}/word.txt")
    thread.join()
    return wire


_WORD = FLUFFY.encode()

CASES = [
    leak("ftp-password", partial(ftp_password, FLUFFY)),
    leak("ftp-file", partial(ftp, content=_WORD)),
    leak("ftp-file-gzip", partial(ftp, content=gz(page())), "gzip"),
    leak("ftp-active", partial(ftp, "-P", "-", "--disable-eprt", content=_WORD)),
    leak("ftp-left", partial(ftp_left, _WORD)),
    leak("ftp-name", ftp_named),
    leak("tftp", partial(tftp, page(lines=20))),
    leak("tftp-two-blocks", partial(tftp, b"a" * (_BLOCK - 4) + _WORD + b"b" * 99, b"fluf"), "TFTP"),
    harmless("ftp-other-word", partial(ftp, content=b"fluffy taiI")),
    harmless("ftp-gzip-other-word", partial(ftp, content=gz(page("fluffy taiI")))),
    harmless("ftp-half-password", partial(ftp, word="fluffy", content=b" tail")),
    harmless("tftp-other-word", partial(tftp, page("fluffier tail", lines=20))),
]
