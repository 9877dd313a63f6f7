"""URIs of keys in tokens (RFC 7512)."""

from __future__ import annotations

from pathlib import Path

import pytest

from overheard_ca.key_uri import KeyUri

GOOD = "pkcs11:token=my%20token;object=issuing;type=private?module-path=/lib/x.so&pin-source=file:/run/pin"


def test_what_it_names() -> None:
    assert KeyUri.read(GOOD) == KeyUri(Path("/lib/x.so"), "my token", "issuing", Path("/run/pin"))
    assert KeyUri.read(GOOD.replace("file:", "")) == KeyUri.read(GOOD)


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        (("pkcs11:", "file:"), "begin with pkcs11:"),
        (("pin-source=file:/run/pin", "pin-value=1234"), "the PIN is in it"),
        (("token=my%20token;", ""), "has no token"),
        (("object=issuing;", ""), "has no object"),
        (("&pin-source=file:/run/pin", ""), "has no pin-source"),
        (("module-path=/lib/x.so&", ""), "has no module-path"),
        (("type=private", "slot-id=3"), "slot-id is not understood"),
    ],
)
def test_what_is_no_such_uri(changed: tuple[str, str], why: str) -> None:
    with pytest.raises(ValueError, match=why) as raised:
        KeyUri.read(GOOD.replace(*changed))
    assert "1234" not in str(raised.value)
