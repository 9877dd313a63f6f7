"""Times: what they mean, and whether clients read them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from lab.certificates import der
from overheard.certificates.asn1.element import Asn1Error, parse
from overheard.certificates.asn1.times import moment


@pytest.mark.parametrize(
    ("tag", "written", "when", "strict"),
    [
        (0x17, "300102030405Z", datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC), True),
        (0x17, "500102030405Z", datetime(1950, 1, 2, 3, 4, 5, tzinfo=UTC), True),
        (0x17, "3001020304Z", datetime(2030, 1, 2, 3, 4, tzinfo=UTC), False),
        (0x17, "300102030405+0130", datetime(2030, 1, 2, 1, 34, 5, tzinfo=UTC), False),
        (0x18, "99991231235959Z", datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC), True),
        (0x18, "20300102030405.5Z", datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC), False),
        (0x18, "20300102030405", datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC), False),
        (0x18, "00010101000000+0100", None, False),
        (0x18, "00000101000000Z", None, False),
        (0x17, "300230000000Z", None, False),
        (0x17, "nonsense", None, False),
    ],
)
def test_a_time_is_read_as_far_as_there_is_one(tag: int, written: str, when: datetime | None, strict: bool) -> None:
    found = moment(parse(der.tlv(tag, written.encode())))
    assert (found.when, found.written, found.strict) == (when, written, strict)


def test_what_is_no_time_is_an_error() -> None:
    with pytest.raises(Asn1Error, match="a time was expected"):
        moment(parse(der.integer(5)))
