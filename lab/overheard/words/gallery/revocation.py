"""Certificates that were revoked, lists of these (CRL), and responders (OCSP)."""

from __future__ import annotations

from overheard.words.gallery.row import Row, unproved, unverified
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
        "checks the revocation list (RFC 5280, 5), asks the responder, or has it in a list of its browser's.",
        cure="Generate a new key and have a new certificate issued; the old one cannot be reinstated. If the server is "
        "not yours, do not talk to it: whoever has the key can be it.",
        wire=Wire("certificate_revoked", "client"),
        crl=True,
    ),
    Row(
        name="crl-missing",
        port=5621,
        wrong="the client requires a revocation list, and has none",
        made="a revoked certificate, a client that fetches the list and refuses the server without one (hard fail), "
        "and somebody on the wire who drops it",
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
            "SEC_ERROR_CRL_NOT_FOUND",
            "different CRL scope",
            "CERT_E_REVOCATION_FAILURE",
            "0x800b010e",
            "revocation process could not continue",
        ),
        cause="The client is set to check revocation lists (VERIFY_CRL_CHECK_LEAF) and has none from the authority "
        "that issued the certificate: OpenSSL does not fetch any, and what fetches them for it got no answer. This is "
        "hard fail: here the certificate was revoked indeed, and somebody kept the list away.",
        cure="Fetch the list that `openssl x509 -noout -ext crlDistributionPoints -in FILE` names, convert it to PEM "
        "with `openssl crl -inform DER`, and load it with `context.load_verify_locations`. "
        "Windows fetches lists by itself, and tells this where a proxy or a firewall is in its way: let it through. "
        "Do not let the client go on without a list (soft fail): whoever drops the list is then let in with a revoked "
        "certificate. Fetch lists before they are needed, and keep each until the next one, so that an outage does no "
        "harm.",
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
    Row(
        name="ocsp-revoked",
        port=5638,
        wrong="the responder says that the certificate was revoked",
        made="a revoked certificate, and a client that asks the responder that it names",
        says=unproved("revoked, says the OCSP responder", of="keyCompromise"),
        also=(
            "SSL certificate status: revoked",
            "SSL certificate revocation reason",
            "Revocation Time:",
            "Cert Status: revoked",
            "OCSP unknown cert",
            "unknown, says the OCSP responder",
            "SEC_ERROR_OCSP_UNKNOWN_CERT",
            "OCSP server has no status for the certificate",
        ),
        cause="The authority has revoked the certificate, or does not know it, and the client has asked its responder "
        "(RFC 6960), whose answer is signed. `openssl ocsp -issuer ISSUER -cert FILE -url URL -resp_text` asks the "
        "same; `openssl x509 -noout -ocsp_uri -in FILE` prints the URL.",
        cure="Generate a new key and have a new certificate issued; the old one cannot be reinstated. If the server is "
        "not yours, do not talk to it: whoever has the key can be it. A client that goes on if nobody answers (soft "
        "fail) is refused here as well, but only as long as nobody on the wire drops the answer.",
        wire=Wire(),
        ocsp=True,
    ),
    Row(
        name="ocsp-missing",
        port=5639,
        wrong="the client requires an answer of the responder, and has none that is valid",
        made="a revoked certificate, a client that asks the responder and refuses the server without an answer (hard "
        "fail), and somebody on the wire who drops it",
        says=unproved("no valid OCSP response", of="nobody answered"),
        also=(
            "no OCSP response received",
            "Invalid OCSP response status",
            "Error querying OCSP responder",
            "OCSP verification needed",
            "OCSP verification failed",
            "OCSP_basic_verify",
            "OCSP response verification failed",
            "Response Verify Failure",
            "Could not find certificate ID in OCSP response",
            "SSL server certificate status verification FAILED",
            "Invalid certificate status",
            "OCSP responder timed out",
            "OCSP responder prematurely closed connection",
            "OCSP responder sent invalid",
            "no OCSP responder URL",
            "Unable to determine revocation status due to network error",
            "SEC_ERROR_OCSP_SERVER_ERROR",
            "SEC_ERROR_OCSP_TRY_SERVER_LATER",
            "SEC_ERROR_OCSP_REQUEST_NEEDS_SIG",
            "SEC_ERROR_OCSP_UNAUTHORIZED_REQUEST",
            "SEC_ERROR_OCSP_UNAUTHORIZED_RESPONSE",
            "SEC_ERROR_OCSP_BAD_HTTP_RESPONSE",
            "SEC_ERROR_OCSP_MALFORMED_REQUEST",
            "SEC_ERROR_OCSP_MALFORMED_RESPONSE",
            "SEC_ERROR_OCSP_INVALID_SIGNING_CERT",
            "SEC_ERROR_OCSP_UNKNOWN_RESPONSE_STATUS",
            "OCSP server suggests trying again later",
            "ocsp: error from server",
        ),
        cause="The client wants to know from the responder whether the certificate was revoked (RFC 6960), and got no "
        "answer, or none that is signed by somebody who may, about this certificate, and new enough. This is hard "
        "fail: here the certificate was revoked indeed, and somebody kept the answer away.",
        cure="`openssl ocsp -issuer ISSUER -cert FILE -url URL -resp_text` shows what the responder says; let the "
        "client reach it, through proxies and firewalls, or ask its authority. If the server is yours, have it staple "
        "the answer (nginx: `ssl_stapling on;`), so that clients need not ask. Do not let the client go on without an "
        "answer (soft fail): whoever drops it is then let in with a revoked certificate. Hard fail trades that for "
        "outages: while the responder is down, so is the server. If that is too much, use certificates of a few days.",
        wire=Wire(),
        ocsp=True,
    ),
)
