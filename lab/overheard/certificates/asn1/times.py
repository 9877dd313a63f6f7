"""The times of ASN.1 (X.690, 11.7 and 11.8), and whether clients read them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from overheard.certificates.asn1.element import Asn1Error, Element

UTC_TIME, GENERALIZED_TIME = 23, 24
_FORMS = {
    UTC_TIME: re.compile(rb"(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?()(Z|[+-]\d{4})"),
    GENERALIZED_TIME: re.compile(rb"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)?(\d\d)?([.,]\d{1,20})?(Z|[+-]\d{4})?"),
}
# Exactly so, or OpenSSL does not compare it (RFC 5280, 4.1.2.5).
_STRICT = {UTC_TIME: re.compile(rb"\d{12}Z"), GENERALIZED_TIME: re.compile(rb"\d{14}Z")}


@dataclass(frozen=True)
class Moment:
    """A time: `when`, None if it is none; as it is written; and whether in the only form of RFC 5280, 4.1.2.5."""

    when: datetime | None
    written: str
    strict: bool


def moment(element: Element) -> Moment:
    """The time that an element is. Raises Asn1Error if it is of another type."""
    form = _FORMS.get(element.tag)
    if form is None or element.constructed:
        raise Asn1Error(f"a time was expected, and {element} found")
    fits = form.fullmatch(element.content)
    when = _when(element.tag, fits) if fits else None
    strict = when is not None and _STRICT[element.tag].fullmatch(element.content) is not None
    return Moment(when, element.content[:40].decode("latin-1"), strict)


def _when(tag: int, fits: re.Match[bytes]) -> datetime | None:
    """The time in UTC; None if there is no such day, hour or minute."""
    year, month, day, hour, minute, second = (int(one or 0) for one in fits.groups()[:6])
    if tag == UTC_TIME:
        # Years from 50 on are of the last century (RFC 5280, 4.1.2.5.1).
        year += 1900 if year >= 50 else 2000
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC) - _offset(fits[8])
    except (ValueError, OverflowError):
        return None


def _offset(zone: bytes | None) -> timedelta:
    if zone in {None, b"Z"} or not zone:
        return timedelta()
    ahead = timedelta(hours=int(zone[1:3]), minutes=int(zone[3:]))
    return ahead if zone.startswith(b"+") else -ahead
