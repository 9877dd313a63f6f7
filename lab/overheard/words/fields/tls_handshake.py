"""Fields of the later messages of a TLS handshake: keys, certificates, signatures, tickets."""

from __future__ import annotations

from overheard.words.chapter import rfc
from overheard.words.fields.explanation import Explanation

_CERTIFICATE = rfc(8446, "4.4.2", "the message with the certificates")
_VERIFY = rfc(8446, "4.4.3", "the signature that proves who has the private key")
_FINISHED = rfc(8446, "4.4.4", "the message that ends a handshake")
_TICKET = rfc(8446, "4.6.1", "tickets, to go on with a session later")
_REQUEST = rfc(5246, "7.4.4", "how a server of TLS 1.2 asks for a certificate")
_SERVER_KEY = rfc(8422, "5.4", "the server's public value, and its signature")
_CLIENT_KEY = rfc(8422, "5.7", "the client's public value")
_DH = rfc(5246, "7.4.3", "the server's numbers for Diffie-Hellman, and its signature")
_RSA = rfc(5246, "7.4.7.1", "the secret that is encrypted with the server's RSA key")

FIELDS = {
    "tls.handshake.certificates_length": Explanation("How long all certificates are together, in bytes.", _CERTIFICATE),
    "tls.handshake.certificates": Explanation(
        "The chain of certificates: first the sender's own, then that of whoever signed it, and so on.", _CERTIFICATE
    ),
    "tls.handshake.certificate_length": Explanation("How long the certificate is, in bytes.", _CERTIFICATE),
    "tls.handshake.certificate": Explanation(
        "A certificate: somebody confirms with a signature whose public key this is. Up to TLS 1.2 it is in clear.",
        _CERTIFICATE,
    ),
    "tls.handshake.certificate_request_context_length": Explanation(
        "How long the name of the request is; it is empty in a handshake.", _CERTIFICATE
    ),
    "tls.handshake.client_cert_vrfy.sig_len": Explanation("How long the signature is, in bytes.", _VERIFY),
    "tls.handshake.client_cert_vrfy.sig": Explanation(
        "A signature of the handshake so far: it proves that the sender has the private key of its certificate.",
        _VERIFY,
    ),
    "tls.handshake.verify_data": Explanation(
        "A checksum of the whole handshake, made with its keys: whoever changed anything would be noticed here.",
        _FINISHED,
    ),
    "tls.handshake.session_ticket_lifetime_hint": Explanation("How long the ticket is valid, in seconds.", _TICKET),
    "tls.handshake.session_ticket_age_add": Explanation(
        "A number that hides the age of the ticket when it is used, so that nobody connects the two sessions.", _TICKET
    ),
    "tls.handshake.session_ticket_nonce_length": Explanation("How long the number of the ticket is.", _TICKET),
    "tls.handshake.session_ticket_nonce": Explanation(
        "A number that makes the key of each ticket another one.", _TICKET
    ),
    "tls.handshake.session_ticket_length": Explanation("How long the ticket is, in bytes.", _TICKET),
    "tls.handshake.session_ticket": Explanation(
        "A ticket with which the client can go on with this session later. Only the server can read it.", _TICKET
    ),
    "tls.handshake.server_curve_type": Explanation("How the curve is given: by its name.", _SERVER_KEY),
    "tls.handshake.server_named_curve": Explanation("The elliptic curve in which keys are exchanged.", _SERVER_KEY),
    "tls.handshake.server_point_len": Explanation("How long the public value is, in bytes.", _SERVER_KEY),
    "tls.handshake.server_point": Explanation("The server's public value of Diffie-Hellman.", _SERVER_KEY),
    "tls.handshake.client_point_len": Explanation("How long the public value is, in bytes.", _CLIENT_KEY),
    "tls.handshake.client_point": Explanation("The client's public value of Diffie-Hellman.", _CLIENT_KEY),
    "tls.handshake.sig_len": Explanation("How long the signature is, in bytes.", _DH),
    "tls.handshake.sig": Explanation(
        "A signature of the public value: it proves that the value is from whoever has the certificate's private key.",
        _DH,
    ),
    "tls.handshake.p_len": Explanation("How long the prime is, in bytes: 128 bytes are too few today.", _DH),
    "tls.handshake.p": Explanation("The prime modulo which is computed. It may be known to everybody.", _DH),
    "tls.handshake.g_len": Explanation("How long the base is, in bytes.", _DH),
    "tls.handshake.g": Explanation("The base whose powers are computed. It may be known to everybody.", _DH),
    "tls.handshake.ys_len": Explanation("How long the public value is, in bytes.", _DH),
    "tls.handshake.ys": Explanation("The server's public value of Diffie-Hellman.", _DH),
    "tls.handshake.yc_len": Explanation("How long the public value is, in bytes.", _DH),
    "tls.handshake.yc": Explanation("The client's public value of Diffie-Hellman.", _DH),
    "tls.handshake.epms_len": Explanation("How long the encrypted secret is, in bytes.", _RSA),
    "tls.handshake.epms": Explanation(
        "The secret of which all keys are made, encrypted with the server's public RSA key: who gets the private key "
        "one day, opens every recording.",
        _RSA,
    ),
    "tls.handshake.cert_types_count": Explanation("How many kinds of certificates follow.", _REQUEST),
    "tls.handshake.cert_types": Explanation("Which kinds of certificates the server takes.", _REQUEST),
    "tls.handshake.cert_type": Explanation("A kind of certificate that the server takes.", _REQUEST),
    "tls.handshake.dnames_len": Explanation(
        "How long the list of CAs is from which a certificate may be; if it is empty, any will do.", _REQUEST
    ),
    "tls.handshake.dnames": Explanation("From which CAs the client's certificate may be.", _REQUEST),
    "x509af.version": Explanation(
        "The version of the format: 3 is the one with extensions.", rfc(5280, "4.1.2.1", "Version")
    ),
    "x509af.serialNumber": Explanation(
        "A number that its CA gives to no other certificate.", rfc(5280, "4.1.2.2", "Serial number")
    ),
    "x509af.signature_element": Explanation("The kind of signature.", rfc(5280, "4.1.2.3", "Signature")),
    "x509af.issuer": Explanation("Who signed the certificate.", rfc(5280, "4.1.2.4", "Issuer")),
    "x509af.validity_element": Explanation(
        "From when to when the certificate is valid.", rfc(5280, "4.1.2.5", "Validity")
    ),
    "x509af.subject": Explanation(
        "Whose certificate it is. The names that count are in an extension.", rfc(5280, "4.1.2.6", "Subject")
    ),
    "x509af.subjectPublicKeyInfo_element": Explanation(
        "The public key that the certificate is about.", rfc(5280, "4.1.2.7", "Subject public key info")
    ),
    "x509af.extensions": Explanation(
        "What else is said of the certificate.", rfc(5280, "4.2", "Certificate extensions")
    ),
    "x509af.encrypted": Explanation(
        "The signature of whoever issued the certificate; its public key checks it.",
        rfc(5280, "4.1.1.3", "signatureValue"),
    ),
    "x509ce.AuthorityKeyIdentifier_element": Explanation(
        "Which key signed the certificate.", rfc(5280, "4.2.1.1", "Authority key identifier")
    ),
    "x509ce.SubjectKeyIdentifier": Explanation(
        "A short name for the key of the certificate.", rfc(5280, "4.2.1.2", "Subject key identifier")
    ),
    "x509ce.KeyUsage": Explanation("What the key may be used for.", rfc(5280, "4.2.1.3", "Key usage")),
    "x509ce.GeneralNames": Explanation(
        "The names for which the certificate is valid.", rfc(5280, "4.2.1.6", "Subject alternative name")
    ),
    "x509ce.BasicConstraintsSyntax_element": Explanation(
        "Whether the key may sign other certificates.", rfc(5280, "4.2.1.9", "Basic constraints")
    ),
    "x509ce.NameConstraintsSyntax_element": Explanation(
        "For which names the CA may sign certificates.", rfc(5280, "4.2.1.10", "Name constraints")
    ),
    "x509ce.KeyPurposeIDs": Explanation(
        "What the certificate is for, such as a server or a client.", rfc(5280, "4.2.1.12", "Extended key usage")
    ),
}
