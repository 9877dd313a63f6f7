"""Credentials in the corpus, which real programs sent: found by their kind, with nobody naming them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corpus.cases import CASES
from corpus.recorded import played_or_skipped
from overheard import judge
from overheard.words.verdict import CREDENTIALS, Outcome
from rows import for_each

if TYPE_CHECKING:
    from corpus.case import Case
    from corpus.recorded import Recorded

# The cases in which somebody logs in, whatever the secret of the case is. Everybody may log in as `anonymous`, as with
# FTP; in all other cases there is nothing.
LOGINS = {
    "ftp-pop3-login": ("pop3-password", "pop3-letter", "pop3-half-password"),
    "http-basic": (
        *("http-basic", "http-basic-at-1", "http-basic-beyond-ascii", "http-basic-other-word", "http-proxy-password"),
        *("h2-password", "proxy-connect", "proxy-connect-clear", "proxy-connect-password"),
    ),
    "http-bearer": ("http-bearer", "http-bearer-other-word"),
    "http-digest": ("http-digest",),
    "imap-login": ("imap-password", "imap-letter", "imap-two-halves"),
    "ldap-bind": ("ldap", "ldap-other-word"),
    "mqtt-password": ("mqtt", "mqtt-gzip", "mqtt-password", "mqtt-half-and-half"),
    "nntp-login": ("nntp",),
    "postgresql-password": ("postgres-password", "postgres-query", "postgres-bytea", "postgres-two-columns"),
    "redis-password": ("redis-password",),
    "sasl-login": ("smtp-auth-login",),
    "sasl-plain": ("smtp-auth-plain", "smtp-auth-other-word"),
    "snmp-community": ("snmp", "snmp-other-word"),
}
KINDS = {name: kind for kind, names in LOGINS.items() for name in names}
SEALED = ("tls-1.2", "tls-1.3", "tls-1.3-large", "tls-1.2-cbc", "tls-on-5683", "quic")


@for_each(case=CASES)
def test_a_login_is_found_and_nothing_else(corpus: Recorded, case: Case) -> None:
    played_or_skipped(corpus, case)
    found = judge(corpus.path(case)).verdicts[CREDENTIALS]
    assert [seen.spelling for seen in found.sightings] == ([KINDS[case.name]] if case.name in KINDS else [])
    if case.name in SEALED:
        assert found.outcome is Outcome.PROTECTED, found.reasons
    elif found.outcome is Outcome.PROTECTED:
        assert found.ground
        assert found.ground.sealed


def test_each_case_is_in_the_corpus() -> None:
    assert {*KINDS, *SEALED} <= {case.name for case in CASES}
