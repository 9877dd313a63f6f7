"""The secrets of the hunt, the words around them, and the charsets that can write them."""

from __future__ import annotations

import random
from functools import cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from nesting import Made, MisfitError, Shape


@cache
def _pem() -> str:
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(7, 39)))
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode().strip()


SECRETS = {
    "words": "fluffy tail",
    "umlauts": "süßer Kürbis über Öl",
    "cyrillic": "секретный пароль",
    "japanese": "秘密の合言葉です",
    "api-key": "sk_live_4eC39HqLyjWDarjtT1zdp7dc",
    "password": 'Tr0ub4dor&3<"it\'s">%+\\/=?',
    "uuid": "5f1c8a52-9d3e-4b7a-8c06-2e9f4d1b7a30",
    "pem": _pem(),
}
# What stands before and after the secret, before anything encodes it.
_AROUND = (
    ("", ""),
    ("password=", ""),
    ("The password is ", ", keep it."),
    ("user: alice\npass: ", "\n"),
    ("x" * 3, ""),
    ("Dear all,\n\nplease note that the new value is now ", " and nothing else.\n\nRegards\n"),
)
# A charset, and whether its bytes are still text to a program that reads bytes (no NUL, no escape sequences).
_EIGHT_BIT = [
    "latin-1",
    "cp1252",
    "cp1250",
    "cp1251",
    "cp1257",
    "koi8-r",
    "koi8-u",
    "iso8859-2",
    "iso8859-5",
    "iso8859-15",
    "cp437",
    "cp850",
    "cp866",
    "mac-roman",
    "mac-cyrillic",
    "shift-jis",
    "euc-jp",
    "gbk",
    "gb18030",
    "big5",
    "cp949",
    "cp932",
]
_BINARY = [
    "utf-16-le",
    "utf-16-be",
    "utf-16",
    "utf-32-le",
    "utf-32-be",
    "utf-32",
    "iso2022-jp",
    "cp037",
    "cp500",
    "cp1140",
    "cp273",
]
CHARSETS = ("utf-8", "utf-8-sig", "utf-7", *_EIGHT_BIT, *_BINARY)


def written(secret: str, charset: str, chance: random.Random) -> Made:
    """The secret among some words, in a charset. Raises MisfitError if the charset cannot write it, or adds nothing."""
    before, after = chance.choice(_AROUND)
    if secret.startswith("-----"):
        before, after = chance.choice((("", "\n"), ("key:\n", "\nend\n")))
    text = before + secret + after
    if charset in _EIGHT_BIT and secret.isascii():
        raise MisfitError("a secret of ASCII is the same there")
    try:
        data = text.encode(charset)
    except UnicodeEncodeError as problem:
        raise MisfitError(str(problem)) from None
    if charset in _BINARY:
        return Made(data, Shape.BINARY)
    if charset in _EIGHT_BIT:
        return Made(data, Shape.EIGHT_BIT)
    return Made(data, _shape(text))


def _shape(text: str) -> Shape:
    if "\n" in text:
        return Shape.TEXT
    return Shape.TOKEN if text.isascii() and text.replace("_", "").replace("-", "").isalnum() else Shape.LINE
