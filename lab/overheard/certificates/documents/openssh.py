"""Keys of OpenSSH: the kind and how it is encrypted, of what begins with `openssh-key-v1` (PROTOCOL.key)."""

from __future__ import annotations

from overheard.certificates.names import plain

_MAGIC = b"openssh-key-v1\0"


def openssh_key(data: bytes) -> str:
    """A private key of OpenSSH in words; empty if it is none. Only what is not secret is looked at."""
    if not data.startswith(_MAGIC):
        return ""
    at, strings = len(_MAGIC), []
    for _ in range(3):
        size = int.from_bytes(data[at : at + 4])
        strings.append(data[at + 4 : at + 4 + size][:64].decode("latin-1"))
        at += 4 + min(size, len(data))
    # The number of keys and the length of the public key, which begins with its kind.
    begin = at + 8
    size = int.from_bytes(data[begin : begin + 4])
    kind = data[begin + 4 : begin + 4 + min(size, 64)].decode("latin-1")
    how = f"encrypted with {plain(strings[0])}" if strings[0] != "none" else "not encrypted"
    return f"{plain(kind) or 'of an unknown kind'}, {how}"
