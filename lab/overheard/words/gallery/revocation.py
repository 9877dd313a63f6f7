"""Certificates that were revoked, and lists of these."""

from __future__ import annotations

from overheard.words.gallery.row import Row, unverified
from overheard.words.scenario import Wire

ROWS = (
    Row(
        name="revoked",
        port=5620,
        wrong="the certificate was revoked",
        made="a certificate on its authority's revocation list, and a client that checks the list",
        says=unverified("certificate revoked"),
        also=(
            "certificate has been revoked",
            "certificate is revoked",
            "cert revoked",
            "CertRevoked",
            "CertificateRevokedException",
            "ERR_CERT_REVOKED",
            "SEC_ERROR_REVOKED_CERTIFICATE",
            "CRYPT_E_REVOKED",
            "0x80092010",
            "invalid peer certificate: Revoked",
            "certificate was revoked",
            "certificate chain uses revoked certificate",
            "peer's certificate has been revoked",
            "errSSLCertRevoked",
            "alert certificate revoked",
            "BADCERT_REVOKED",
            "CERT_E_REVOKED",
            "0x800b010c",
            "ExplicitDistrust",
            "errors in the certificate chain: Revoked",
        ),
        cause="The authority has revoked the certificate, most often because its key was compromised, and the client "
        "checks the revocation list (RFC 5280, 5).",
        cure="Generate a new key and have a new certificate issued; the old one cannot be reinstated. If the server is "
        "not yours, do not talk to it: whoever has the key can be it.",
        wire=Wire("certificate_revoked", "client"),
        crl=True,
    ),
    Row(
        name="crl-missing",
        port=5621,
        wrong="the client requires a revocation list, and has none",
        made="a good certificate whose authority has published no list",
        says=unverified("unable to get certificate CRL"),
        also=(
            "unable to get CRL",
            "UNABLE_TO_GET_CRL",
            "UnknownRevocationStatus",
            "unable to check revocation",
            "CRYPT_E_NO_REVOCATION_CHECK",
            "CRYPT_E_REVOCATION_OFFLINE",
            "revocation function was unable to check revocation",
            "revocation server was offline",
            "0x80092012",
            "0x80092013",
            "RevocationStatusUnknown",
            "OfflineRevocation",
            "could not determine revocation status",
            "unable to determine revocation status",
            "UndeterminedRevocationStatusException",
            "ERR_CERT_UNABLE_TO_CHECK_REVOCATION",
            "ERR_CERT_NO_REVOCATION_MECHANISM",
            "no OCSP response received",
            "SEC_ERROR_CRL_NOT_FOUND",
            "different CRL scope",
            "CERT_E_REVOCATION_FAILURE",
            "0x800b010e",
            "revocation process could not continue",
        ),
        cause="The client is set to check revocation lists (VERIFY_CRL_CHECK_LEAF) and has none from the authority "
        "that issued the certificate: OpenSSL does not fetch any.",
        cure="Fetch the list that `openssl x509 -noout -ext crlDistributionPoints -in FILE` names, convert it to PEM "
        "with `openssl crl -inform DER`, and load it with `context.load_verify_locations`. "
        "Windows fetches lists by itself, and tells this where a proxy or a firewall is in its way: let it through.",
        wire=Wire("unknown_ca", "client"),
        crl=True,
    ),
    Row(
        name="crl-expired",
        port=5622,
        wrong="the client's revocation list is out of date",
        made="a good certificate, and a list whose nextUpdate was yesterday",
        says=unverified("CRL has expired"),
        also=(
            "CRL_HAS_EXPIRED",
            "CRL is expired",
            "certificate revocation list has expired",
            "SEC_ERROR_CRL_EXPIRED",
            "SEC_ERROR_OCSP_OLD_RESPONSE",
            "OCSP response has expired",
            "CRL ... has expired",
            "ExpiredRevocationList",
            "revocation list expired",
            "x509: CRL has expired",
            "CRL is not yet valid",
            "SEC_ERROR_CRL_NOT_YET_VALID",
        ),
        cause="The revocation list says that a newer one should have been issued by now (RFC 5280, 5.1.2.5), and an "
        "old list may lack recent revocations.",
        cure="Fetch the current one; `openssl crl -noout -nextupdate -in FILE` shows until when it is valid. If it "
        "is the newest, its authority has to publish a new one.",
        wire=Wire("certificate_expired", "client"),
        crl=True,
    ),
)
