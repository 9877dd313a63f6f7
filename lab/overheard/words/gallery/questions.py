"""Texts that say only that something failed, and what to look for instead."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Question:
    """What is asked back if a text has nothing but one of these phrases."""

    phrases: tuple[str, ...]
    asks: str


_ASK_THE_SERVER = (
    "Some programs do not tell it, as Python did not before 3.7. Then ask the server: `overheard show https://HOST` "
    "says what is wrong with its certificates, and so does the end of "
    "`openssl s_client -connect HOST:443 -servername HOST </dev/null`."
)

QUESTIONS = (
    Question(
        (
            "certificate verify failed",
            "certificate verification failed",
            "certificate verification error",
            "CERTIFICATE_VERIFY_FAILED",
            "SSLCertVerificationError",
            "server certificate verification failed",
            "SSL certificate problem",
            "SSL certificate error",
            "problem confirming the SSL certificate",
            "failed to verify certificate",
            "invalid peer certificate",
            "unable to verify certificate",
            "could not verify certificate",
            "certificate is not trusted",
            "certificate of ... is not trusted",
            "remote certificate is invalid",
            "PKIX path validation failed",
            "could not establish trust relationship",
            "ValidatorException",
            "most likely a certificate verification issue",
            "CertificateException",
            "CertificateError",
            "provided RemoteCertificateValidationCallback",
            "failed to parse certificate from server",
            "x509: negative serial number",
            "SEC_ERROR_BAD_DER",
            "NSURLErrorServerCertificateUntrusted",
            "your connection is not private",
            "warning: potential security risk ahead",
            "SSL peer certificate or SSH remote key was not OK",
            "peer certificate cannot be authenticated",
            "SSLPeerUnverifiedException",
        ),
        "This says that a certificate was not accepted, but not why. What is the reason? It stands behind this text, "
        "after a colon or in brackets, as in `certificate verify failed: certificate has expired`. " + _ASK_THE_SERVER,
    ),
    Question(
        (
            "SSLError",
            "SSL error",
            "TLS error",
            "SSLException",
            "SSLHandshakeException",
            "SSL handshake failed",
            "TLS handshake failed",
            "handshake failed",
            "TLS handshake error",
            "SSL connect error",
            "SSL_connect failed",
            "EPROTO",
            "unable to establish SSL connection",
            "SSL connection could not be established",
            "could not create SSL/TLS secure channel",
            "there was a problem with the SSL",
            "secure connection failed",
            "an SSL error has occurred",
            "ClientConnectorSSLError",
            "ClientConnectorCertificateError",
            "SSL routines",
            "a TLS fatal alert has been received",
            "error in the certificate",
            "gnutls_handshake() failed",
            "fatal alert",
            "mbedtls_ssl_handshake",
            "call to SSPI failed",
            "failure in SSL library",
            "secure channel failure",
            "TLS connect error",
            "lib(0) func(0) reason(0)",
            "lib(0) reason(0)",
        ),
        "This says that TLS failed, but not in what. What else does it say? The reason is at the end of the error, or "
        "of the last line that begins with `Caused by`, such as `wrong version number`. " + _ASK_THE_SERVER,
    ),
    Question(
        (
            "max retries exceeded",
            "ConnectionError",
            "connection error",
            "connection aborted",
            "ProtocolError",
            "URLError",
            "urlopen error",
            "fetch failed",
            "ClientConnectorError",
            "cannot connect to host",
            "NewConnectionError",
            "failed to establish a new connection",
            "unable to access",
            "could not fetch URL",
            "network error",
            "connection failed for url",
            "all attempts to connect to",
            "request failed",
            "error sending request",
            "All connection attempts failed",
            "An unexpected error occurred on a send",
            "An unexpected error occurred on a receive",
        ),
        "This says that a request failed, but not why. What else does it say? With `requests`, the reason is at the "
        "very end, behind `Caused by`; `curl -v URL` shows how far the connection comes.",
    ),
)
