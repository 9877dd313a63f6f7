"""The words that people read for codes, in every report that is text. Nothing is decided by them.

JSON and the checks of a verdict have the codes themselves: these are stable, and mostly what the field calls the thing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.sighting import CredentialSighting

if TYPE_CHECKING:
    from overheard.words.sighting import Sighting

# By the code of a layer, a spelling, a protocol, or of what bytes were read as. A code without a row is its own label.
LABELS: dict[str, str] = {
    "br": "Brotli",
    "compress": "compress (LZW)",
    "lz4": "LZ4",
    "lzf": "LZF",
    "opaque": "opaque: neither text nor anything known",
    "snappy": "Snappy",
    # Kinds of credentials.
    "amqp-password": "password of AMQP (PLAIN)",
    "aws-access-key": "access key of AWS",
    "form-field": "field of a form or target that is named like a secret",
    "ftp-pop3-login": "password of FTP or POP3",
    "gcp-access-token": "access token of Google Cloud",
    "gcp-api-key": "API key of Google",
    "github-token": "token of GitHub",
    "gitlab-token": "token of GitLab",
    "http-basic": "password of HTTP (Basic)",
    "http-bearer": "token of HTTP (Bearer)",
    "http-cookie": "session cookie of HTTP",
    "http-digest": "response of HTTP (Digest), which can be attacked offline",
    "http-field": "header field that is named like a secret",
    "imap-login": "password of IMAP",
    "irc-nickserv": "password of NickServ",
    "irc-password": "password of IRC",
    "json-field": "field of JSON that is named like a secret",
    "jwt": "JSON Web Token",
    "kerberos-as-rep": "reply of Kerberos (AS-REP), encrypted with the password, which can be attacked offline",
    "kerberos-ticket": "ticket of Kerberos, encrypted with the password of a service, which can be attacked offline",
    "kerberos-timestamp": "timestamp of Kerberos, encrypted with the password, which can be attacked offline",
    "ldap-bind": "password of LDAP (simple bind)",
    "mqtt-password": "password of MQTT",
    "mysql-response": "response of MySQL to a challenge, which can be attacked offline",
    "nntp-login": "password of NNTP",
    "npm-token": "token of npm",
    "ntlm-response": "response of NTLM, which can be attacked offline",
    "pop3-apop": "digest of POP3 (APOP), which can be attacked offline",
    "postgresql-md5": "response of PostgreSQL (md5), which can be attacked offline",
    "postgresql-password": "password of PostgreSQL",
    "ppp-pap": "password of PPP (PAP)",
    "private-key": "private key in PEM",
    "pypi-token": "token of PyPI",
    "radius-chap": "response of RADIUS (CHAP), which can be attacked offline",
    "radius-password": "password of RADIUS, hidden with a shared secret that can be attacked offline",
    "redis-password": "password of Redis",
    "sasl-cram-md5": "response of SASL (CRAM-MD5), which can be attacked offline",
    "sasl-digest-md5": "response of SASL (DIGEST-MD5), which can be attacked offline",
    "sasl-login": "password of SASL (LOGIN)",
    "sasl-plain": "password of SASL (PLAIN)",
    "sasl-scram": "proof of SASL (SCRAM), which can be attacked offline",
    "sendgrid-key": "API key of SendGrid",
    "sip-digest": "response of SIP (Digest), which can be attacked offline",
    "slack-token": "token of Slack",
    "slack-webhook": "webhook of Slack",
    "snmp-community": "community of SNMP",
    "snmpv3-user": "user of SNMPv3, whose digests can be attacked offline",
    "socks-password": "password of SOCKS",
    "stripe-key": "API key of Stripe",
    "tds-password": "password of SQL Server (TDS)",
    "typed-password": "password that was typed at a prompt",
    "url-password": "password in a URL",
    "vnc-response": "response of VNC to a challenge, which can be attacked offline",
    "xml-field": "element of XML that is named like a secret",
}

# Why nothing is PROTECTED, by the rule of the verdict that is not met; and at length.
RULES: dict[str, tuple[str, str]] = {
    "whole": (
        "The capture may not have all of the traffic",
        "What is missing may have the secret: traffic before the beginning or after the end, or what was dropped.",
    ),
    "absent": (
        "Not everything in the capture could be read",
        "What nobody can read may have the secret; and what must be encrypted and is not, may have any.",
    ),
    "present": (
        "It is not known that the secret was sent at all",
        "A secret that was not sent is in no capture. Session keys of TLS prove that it was sent, or you vouch for it.",
    ),
    "chance": (
        "The secret is so short that it matches by chance",
        "A few bytes are found in any large capture, whether or not somebody sent them.",
    ),
    "control": (
        "The positive control was not overheard",
        "A run of the lab that does not notice a secret in clear would not notice any other one, either.",
    ),
}

# What to do about a kind of credential that was in clear.
_HTTPS = "serve this over HTTPS alone; change the password: everybody on the wire has it"
_REVOKE = "revoke it, issue another one, and send it over TLS alone"
_TLS = "change the password, and log in over TLS alone"
_OFFLINE = "whoever recorded this can guess the password without asking the server: change it, and use TLS"
CURES: dict[str, str] = {
    "amqp-password": _TLS,
    "aws-access-key": _REVOKE,
    "form-field": _HTTPS,
    "ftp-pop3-login": "change the password; use SFTP, or FTP and POP3 over TLS, and refuse logins without",
    "gcp-access-token": _REVOKE,
    "gcp-api-key": _REVOKE,
    "github-token": _REVOKE,
    "gitlab-token": _REVOKE,
    "http-basic": _HTTPS,
    "http-bearer": _REVOKE,
    "http-cookie": "end the session; serve this over HTTPS alone, and set the cookie with Secure",
    "http-digest": _OFFLINE,
    "http-field": _REVOKE,
    "imap-login": "change the password; use port 993 or STARTTLS, and refuse logins without (LOGINDISABLED)",
    "irc-nickserv": _TLS,
    "irc-password": _TLS,
    "json-field": "change it, and send it over HTTPS alone",
    "jwt": _REVOKE,
    "kerberos-as-rep": "whoever recorded this can guess the password: use a long random one, and FAST or PKINIT",
    "kerberos-ticket": "whoever recorded this can guess the password of the service: give it a long random one (gMSA)",
    "kerberos-timestamp": "whoever recorded this can guess the password: use a long random one, and FAST or PKINIT",
    "ldap-bind": "change the password; use LDAPS or StartTLS, and have the server refuse simple binds without",
    "mqtt-password": _TLS,
    "mysql-response": _OFFLINE,
    "nntp-login": _TLS,
    "npm-token": _REVOKE,
    "ntlm-response": "whoever recorded this can guess the password: use Kerberos, or TLS with channel binding",
    "pop3-apop": _OFFLINE,
    "postgresql-md5": "change the password; use scram-sha-256, and hostssl alone in pg_hba.conf",
    "postgresql-password": "change the password; use hostssl alone in pg_hba.conf, and sslmode=verify-full",
    "ppp-pap": "change the password, and use EAP-TLS",
    "private-key": "make another key, and revoke what was issued for this one",
    "pypi-token": _REVOKE,
    "radius-chap": "whoever recorded this can guess the password: change it, and use EAP-TLS, or RADIUS over TLS",
    "radius-password": "whoever guesses the shared secret has it: use RADIUS over TLS, or a long random secret",
    "redis-password": "change the password, and have Redis listen with TLS alone (tls-port, port 0)",
    "sasl-cram-md5": _OFFLINE,
    "sasl-digest-md5": _OFFLINE,
    "sasl-login": _TLS,
    "sasl-plain": _TLS,
    "sasl-scram": _OFFLINE,
    "sendgrid-key": _REVOKE,
    "sip-digest": "whoever recorded this can guess the password: change it, and use SIP over TLS",
    "slack-token": _REVOKE,
    "slack-webhook": _REVOKE,
    "snmp-community": "change the community, and use SNMPv3 with authPriv",
    "snmpv3-user": "whoever recorded this can guess the password: use a long random one, or SNMP over TLS or SSH",
    "socks-password": "change the password, and reach the proxy through TLS or SSH",
    "stripe-key": _REVOKE,
    "tds-password": "change the password; force encryption on the server, and have clients demand it (Encrypt=Strict)",
    "typed-password": "change the password, and use SSH",
    "url-password": "change the password, and send it over TLS alone, outside of URLs, which are logged",
    "vnc-response": "whoever recorded this can guess the password: use VNC through TLS or SSH",
    "xml-field": "change it, and send it over HTTPS alone",
}


def label(code: str) -> str:
    """What people read for a code."""
    return LABELS.get(code, code)


def how_often(seen: Sighting) -> str:
    """How it was to be seen and, of a credential that was seen again, how often."""
    return f"{how(seen)}, {seen.times} times" if isinstance(seen, CredentialSighting) and seen.times > 1 else how(seen)


def how(seen: Sighting) -> str:
    """How a secret was to be seen: `plainly`, or `plainly, in Brotli in chunked`, the innermost layer first."""
    return ", in ".join(map(label, (seen.spelling, *reversed(seen.layers))))
