"""The algorithms of SSH, by name (https://www.iana.org/assignments/ssh-parameters, and those of OpenSSH)."""

from __future__ import annotations

from overheard.words.named_tuple import NamedTuple

_ETM = "-etm@openssh.com"
_TAG = 16
NO_CIPHER = "none"
# Ciphers that encrypt, by the length of their blocks (RFC 4253, 6.3; RFC 4344, 4; RFC 5647). RC4 and DES are left out.
_BLOCKS = {
    **dict.fromkeys((f"aes{bits}-{mode}" for bits in (128, 192, 256) for mode in ("ctr", "cbc")), 16),
    **dict.fromkeys((f"camellia{bits}-{mode}" for bits in (128, 192, 256) for mode in ("ctr", "cbc")), 16),
    **dict.fromkeys((f"twofish{bits}-{mode}" for bits in (128, 192, 256) for mode in ("ctr", "cbc")), 16),
    "rijndael-cbc@lysator.liu.se": 16,
    "3des-cbc": 8,
    "3des-ctr": 8,
    "blowfish-cbc": 8,
    "cast128-cbc": 8,
}
_AEAD = {
    "aes128-gcm@openssh.com", "aes256-gcm@openssh.com", "AEAD_AES_128_GCM", "AEAD_AES_256_GCM",
    "aes128-gcm", "aes256-gcm",
}  # fmt: skip
_CHACHA = {"chacha20-poly1305@openssh.com", "chacha20-poly1305"}
_MACS = {
    "hmac-sha2-256": 32, "hmac-sha2-512": 64, "hmac-sha1": 20, "hmac-sha1-96": 12, "hmac-md5": 16, "hmac-md5-96": 12,
    "hmac-ripemd160": 20, "hmac-ripemd160@openssh.com": 20, "umac-64": 8, "umac-64@openssh.com": 8, "umac-128": 16,
    "umac-128@openssh.com": 16, "hmac-sha2-256-96": 12, "hmac-sha2-512-96": 12, "none": 0,
}  # fmt: skip
_NULL_COMPRESSION = "none"


class Agreement(NamedTuple):
    """What two sides agreed on for one direction, as names; empty if there is nothing that both support."""

    cipher: str
    mac: str
    compression: str

    @property
    def encrypts(self) -> bool:
        """Whether the cipher is known to encrypt."""
        return self.cipher in _BLOCKS or self.cipher in _AEAD or self.cipher in _CHACHA

    @property
    def is_clear(self) -> bool:
        """Whether packets are not encrypted."""
        return self.cipher == NO_CIPHER

    @property
    def tag(self) -> int:
        """The number of bytes behind a packet that authenticate it; -1 if the algorithm is unknown."""
        return _TAG if self.cipher in _AEAD else _MACS.get(self.mac.removesuffix(_ETM), -1)

    @property
    def block(self) -> int:
        """The length of a block, if the length of each packet is in clear, and 0 otherwise.

        It is with AES-GCM (RFC 5647, 7.2), and if the packet is encrypted before it is authenticated.
        """
        if self.cipher in _AEAD:
            return 16
        return _BLOCKS.get(self.cipher, 0) if self.mac.endswith(_ETM) and self.tag >= 0 else 0

    @property
    def is_compressed(self) -> bool:
        """Whether packets are compressed."""
        return self.compression != _NULL_COMPRESSION


def agree(client: tuple[str, ...], server: tuple[str, ...]) -> str:
    """The first of the client's algorithms that the server supports (RFC 4253, 7.1)."""
    return next((name for name in client if name in server), "")


# The lengths of a public value: Curve25519, Curve448, points of NIST's curves, ML-KEM and Streamlined NTRU Prime with
# one of these, by the client and by the server; and numbers of up to 8192 bits.
PUBLIC_VALUES = frozenset((32, 56, 65, 97, 133, 1071, 1120, 1153, 1190, 1216, 1249, 1665, *range(100, 1026)))
# Types of keys and of signatures, without what stands behind for a certificate.
KEY_TYPES = {
    b"ssh-ed25519": 1, b"ssh-ed448": 1, b"ssh-rsa": 2, b"ssh-dss": 4, b"ecdsa-sha2-nistp256": 2,
    b"ecdsa-sha2-nistp384": 2, b"ecdsa-sha2-nistp521": 2, b"sk-ssh-ed25519@openssh.com": 2,
    b"sk-ecdsa-sha2-nistp256@openssh.com": 3, b"rsa-sha2-256": 1, b"rsa-sha2-512": 1,
}  # fmt: skip
# How long numbers of keys and signatures are: those of RSA, with up to 16384 bits, and of DSA; of elliptic curves a
# point, or two numbers in a structure; of Edwards curves. And the exponents that programs use, and names of curves.
_LENGTHS = {
    b"rsa": range(96, 2050), b"ssh-dss": {20, 21, 40, *range(96, 130)}, b"nistp256": {65, *range(66, 75)},
    b"nistp384": {97, *range(98, 107)}, b"nistp521": {133, *range(134, 143)}, b"ed25519": {32, 64}, b"ed448": {57, 114},
}  # fmt: skip
_EXPONENTS = {b"\3", b"\5", b"\x11", b"\x23", b"\x25", b"\1\0\1"}
CERTIFICATE = b"-cert-v01@openssh.com"
# RSA keys of 16384 bits.
MAX_NUMBER = 2049


def is_number(kind: bytes, number: bytes) -> bool:
    """Whether this may be a part of a key or a signature of this type: a number, the name of its curve or its use."""
    family = next((name for name in _LENGTHS if name in kind), b"")
    if number in _EXPONENTS:
        return family == b"rsa"
    if kind.startswith(b"sk-") and number == b"ssh:":
        return True
    return number == family or len(number) in _LENGTHS.get(family, ())
