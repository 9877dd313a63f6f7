"""Chains that are odd as a whole: who issued whom, for what, and under which constraints."""

from __future__ import annotations

from datetime import timedelta

from lab.certificates.der import (
    CLIENT,
    HOST,
    NOW,
    ROOT_NAME,
    alternative,
    attribute,
    authority_key,
    basic,
    certificate,
    constraints,
    dns,
    extension,
    integer,
    issuing,
    key,
    leaf,
    leaf_extensions,
    name,
    public,
    purpose,
    rdn,
    replaced,
    root,
    root_extensions,
    seq,
    subject_key,
    time,
    tlv,
    under,
    usage,
    without,
)
from lab.certificates.making import rsa_key
from lab.certificates.odd_chain import (
    ROOT,
    Chain,
    alone,
    below,
    with_extensions,
)

_GOOD, _BY_MIDDLE = leaf_extensions(), leaf_extensions(by=2)
_ANY_PURPOSE, _OLD_PURPOSE = "2.5.29.37.0", "2.16.840.1.113730.4.1"
_MIDDLE, _OLD_MIDDLE = issuing(), issuing(ends=time(NOW - timedelta(3)))
_NO_KEY_IDS = [basic(ca=True), usage(5, 6)]
_WITHOUT_AUTHORITY = without("2.5.29.35", _BY_MIDDLE)
_WITHOUT_KEY_ID = without("2.5.29.35", _GOOD)
_STRANGER, _PLAIN = root(number=5, extensions=_NO_KEY_IDS), root(extensions=_NO_KEY_IDS)
_OLD_ROOT = root(ends=time(NOW - timedelta(3)))
# Of a kind that did not sign what the root of that name has signed.
_RSA_ROOT = root(extensions=_NO_KEY_IDS, public_key=public(rsa_key(2048)))
_NO_POINT = public(key(1))[:-1] + bytes([public(key(1))[-1] ^ 1])
_SELF = certificate(name(HOST), key(), name(HOST), key(), [alternative(dns(HOST))])

PATHS = {
    "good": alone(),
    "good with an intermediate": below(_MIDDLE),
    "no authorityKeyIdentifier above": below(issuing(extensions=[*_NO_KEY_IDS, subject_key(key(2))])),
    "intermediate without keyCertSign": below(issuing(usage(6))),
    "intermediate without basicConstraints": below(
        issuing(extensions=[usage(5, 6), subject_key(key(2)), authority_key(key(1))])
    ),
    "intermediate for clients": below(issuing(purpose(CLIENT))),
    "self-signed and trusted": Chain((_SELF,), (_SELF,)),
    "names another serial number": alone(
        extension("2.5.29.35", seq(tlv(0xA1, tlv(0xA4, ROOT_NAME)), tlv(0x82, b"\x4d")))
    ),
    "names another issuer": Chain(
        (leaf(extension("2.5.29.35", seq(tlv(0xA1, tlv(0xA4, name("other"))), tlv(0x82, b"\5")))),),
        (root(serial=integer(5)),),
    ),
    "names another key": alone(extension("2.5.29.35", seq(tlv(0x80, b"12345678")))),
    "another root of that name first": Chain((leaf(extensions=_WITHOUT_KEY_ID),), (_STRANGER, _PLAIN)),
    "another root of that name after": Chain((leaf(extensions=_WITHOUT_KEY_ID),), (_PLAIN, _STRANGER)),
    "root of that name with another kind of key first": Chain((leaf(extensions=_WITHOUT_KEY_ID),), (_RSA_ROOT, _PLAIN)),
    "root of that name with another kind of key after": Chain((leaf(extensions=_WITHOUT_KEY_ID),), (_PLAIN, _RSA_ROOT)),
    "root of that name with another kind of key": Chain((leaf(extensions=_WITHOUT_KEY_ID),), (_RSA_ROOT,)),
    "old root and its renewal": Chain((leaf(),), (_OLD_ROOT, ROOT)),
    "renewed root and the old one": Chain((leaf(),), (ROOT, _OLD_ROOT)),
    "old root alone": Chain((leaf(),), (_OLD_ROOT,)),
    "old intermediate first": Chain((under(_MIDDLE), _OLD_MIDDLE, _MIDDLE)),
    "impostor alone": Chain((under(_MIDDLE, extensions=_WITHOUT_AUTHORITY), issuing(number=7, extensions=_NO_KEY_IDS))),
    "any purpose": alone(purpose(_ANY_PURPOSE)),
    "purpose of old servers": alone(purpose(_OLD_PURPOSE)),
    "no purpose": with_extensions(without("2.5.29.37", _GOOD)),
    "key of the intermediate that is no point": below(issuing(public_key=_NO_POINT)),
    "root with a key that is no point": Chain((leaf(),), (root(public_key=_NO_POINT),)),
    "key to encrypt only": alone(usage(2)),
}

_CONSTRAINED_ROOT = root(extensions=replaced(root_extensions(), constraints(only=(dns(HOST),))))
CONSTRAINTS = {
    "address of four octets permitted": below(issuing(constraints(only=(tlv(0x87, b"\x7f\0\0\1"),)))),
    "address permitted": below(
        issuing(constraints(only=(tlv(0x87, b"\x7f\0\0\0\xff\0\0\0"),))),
        alternative(dns(HOST), tlv(0x87, b"\x7f\0\0\1")),
    ),
    "address not permitted": below(
        issuing(constraints(only=(tlv(0x87, b"\x0a\0\0\0\xff\0\0\0"),))),
        alternative(dns(HOST), tlv(0x87, b"\x7f\0\0\1")),
    ),
    "email of the subject excluded": below(
        issuing(constraints(never=(tlv(0x81, b"x.test"),))),
        subject=seq(rdn(attribute("a@x.test", "1.2.840.113549.1.9.1", 0x16))),
    ),
    "other subject permitted": below(issuing(constraints(only=(tlv(0xA4, name("other")),)))),
    "subject permitted": below(issuing(constraints(only=(tlv(0xA4, name(HOST)),)))),
    "URI excluded": below(
        issuing(constraints(never=(tlv(0x86, b".x.test"),))), alternative(dns(HOST), tlv(0x86, b"https://a.x.test/"))
    ),
    "URI not excluded": below(
        issuing(constraints(never=(tlv(0x86, b".x.test"),))), alternative(dns(HOST), tlv(0x86, b"https://x.test/"))
    ),
    "more than can be compared": below(
        issuing(constraints(never=tuple(dns(f"{at}.test") for at in range(1100)))),
        alternative(dns(HOST), *(dns(f"a{at}.test") for at in range(1000))),
    ),
    "minimum": below(issuing(extension("2.5.29.30", seq(tlv(0xA0, seq(dns(HOST), tlv(0x80, b"\1")))), True))),
    "names below only": below(issuing(constraints(only=(dns(".localhost"),)))),
    "not critical": below(issuing(constraints(only=(dns(HOST),), critical=None))),
    "name of the intermediate not permitted": below(issuing(alternative(dns("ca.other"))), roots=(_CONSTRAINED_ROOT,)),
}
