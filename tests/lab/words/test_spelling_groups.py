"""A number in other groups of digits than the secret has."""

from __future__ import annotations

import pytest

from overheard.words.secret import Secret
from overheard_capture.search import Search

CARD, ACCOUNT, TELEPHONE = "4111111111111111", "DE89 3704 0044 0532 0130 00", "+49 151 2345-6789"


def seen(secret: str, text: str) -> set[str]:
    return {
        match.spelling for match in Search(Secret("number", secret.encode()), large_input=False).matches(text.encode())
    }


@pytest.mark.parametrize(
    ("secret", "text"),
    [
        (CARD, "the card is 4111 1111 1111 1111, until 12/29"),
        (CARD, "card=4111-1111-1111-1111&cvc=123"),
        (CARD, "card=4111+1111+1111+1111"),
        (CARD, "4111%201111%201111%201111"),
        (CARD, "4111&nbsp;1111&nbsp;1111&nbsp;1111"),
        (CARD, "4111\u00a01111\u00a01111\u00a01111"),
        (ACCOUNT, "DE89370400440532013000"),
        (ACCOUNT, "DE89-3704-0044-0532-0130-00"),
        (TELEPHONE, "+491512 3456789"),
        (TELEPHONE, "tel:4915123456789"),
        (CARD, "4111_1111_1111_1111"),
        (CARD, "4'111'111'111'111'111"),
        (CARD, "4&#39;111&#39;111&#39;111&#39;111&#39;111"),
        (CARD, "4\u2019111\u2019111\u2019111\u2019111\u2019111"),
        (CARD, "4\u2007111\u2007111\u2007111\u2007111\u2007111"),
        (CARD, "$4,111,111,111,111,111.00"),
        (CARD, "4,11,11,11,11,11,11,111"),
        (CARD, "EUR 41.111.111.111.111,11"),
        (CARD, "41,111,111,111,111.11"),
        (CARD, "q=4%2C111%2C111%2C111%2C111%2C111"),
    ],
)
def test_a_number_is_found_in_any_groups(secret: str, text: str) -> None:
    assert "in other groups" in seen(secret, text)
    assert not seen(secret, text.replace("1", "7"))


@pytest.mark.parametrize(
    ("secret", "text"),
    [
        (CARD, "4111, 1111, 1111, 1111"),
        (CARD, "4111,1111,1111,1111"),
        (CARD, "41,111,1111,11111,11"),
        (CARD, "4111  1111  1111  1111"),
        ("fluffy tail 4711", "fluffytail4711"),
        ("1234567", "123-4567"),
        ("route66 highway", "route-66-highway"),
    ],
)
def test_other_text_is_not_found(secret: str, text: str) -> None:
    assert not seen(secret, text)


def test_the_number_itself_is_found_plainly() -> None:
    assert seen(ACCOUNT, f"<{ACCOUNT}>") == {"plainly"}


KEY = "JBSWY3DPEHPK3PXPMFZWIZTH"


@pytest.mark.parametrize(
    "text",
    [
        "JBSW Y3DP EHPK 3PXP MFZW IZTH",
        "jbsw y3dp ehpk 3pxp mfzw izth",
        "JBSWY-3DPEH-PK3PX-PMFZW-IZTH",
        "<b>JBSW</b> <b>Y3DP</b> <b>EHPK</b> <b>3PXP</b> <b>MFZW</b> <b>IZTH</b>",
        "k[0]=JBSWY3DP&k[1]=EHPK3PXP&k[2]=MFZWIZTH",
    ],
)
@pytest.mark.parametrize("secret", [KEY, KEY.lower(), f"{KEY[:5]}-{KEY[5:]}"])
def test_a_key_is_found_in_any_groups(secret: str, text: str) -> None:
    assert seen(secret, f"Enter {text} in your app")
    assert not seen(secret, text.replace("3", "4"))
    assert not seen(secret, text.replace("Z", "Y").replace("z", "y"))


@pytest.mark.parametrize("secret", ["JBSWY3DPEHPK3PX", "JbswY3dpEhpk3pxpMfzw", "jbswythreedpehpkthree"])
def test_what_is_short_or_mixed_or_has_no_digit_is_no_key(secret: str) -> None:
    assert "in other groups" not in seen(secret, f"{secret[:4]} {secret[4:]}")
