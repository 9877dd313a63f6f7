"""Fields of what an authority says about certificates that it has revoked: in a list (CRL), or in answer (OCSP)."""

from __future__ import annotations

from overheard.words.chapter import rfc
from overheard.words.fields.explanation import Explanation

_LIST = rfc(5280, "5.1", "the parts of a revocation list")
_REQUEST = rfc(6960, "4.1.1", "the parts of a request")
_RESPONSE = rfc(6960, "4.2.1", "the parts of a response")
_DATES = rfc(6960, "2.4", "what the dates of a response mean")
_SIGNER = rfc(6960, "4.2.2.2", "who may sign a response")
_NONCE = rfc(6960, "4.4.1", "the nonce")

FIELDS = {
    "Certificate Revocation List": Explanation(
        "The list of all certificates that an authority has revoked, signed by it: in clear, but nobody can change it.",
        _LIST,
    ),
    "x509af.thisUpdate": Explanation("When the list was made.", rfc(5280, "5.1.2.4", "This update")),
    "x509af.nextUpdate": Explanation(
        "When there will be a new list at the latest. After that, this one says nothing.",
        rfc(5280, "5.1.2.5", "Next update"),
    ),
    "x509af.revokedCertificates": Explanation(
        "The certificates that no longer hold. There is no such part if there are none.",
        rfc(5280, "5.1.2.6", "Revoked certificates"),
    ),
    "x509af.userCertificate": Explanation(
        "Which certificate was revoked, by its serial number.", rfc(5280, "5.1.2.6", "Revoked certificates")
    ),
    "x509af.revocationDate": Explanation("When it was revoked.", rfc(5280, "5.1.2.6", "Revoked certificates")),
    "x509af.crlExtensions": Explanation("What else is said of the list.", rfc(5280, "5.2", "extensions of a list")),
    "x509ce.CRLNumber": Explanation(
        "The number of the list: a newer one has a higher number.", rfc(5280, "5.2.3", "CRL number")
    ),
    "ocsp": Explanation(
        "A client asks the authority whether a certificate was revoked, or is told. An eavesdropper reads both, and so "
        "learns whom the client is about to talk to.",
        rfc(6960, "2", "what OCSP is for"),
    ),
    "ocsp.tbsRequest_element": Explanation("What the client asks.", _REQUEST),
    "ocsp.reqCert_element": Explanation(
        "Which certificate is meant: by hashes of its authority's name and key, and its serial number.", _REQUEST
    ),
    "ocsp.certID_element": Explanation(
        "Which certificate is meant. A client must see that it is the one that it asked about.", _RESPONSE
    ),
    "ocsp.issuerNameHash": Explanation("The hash of the name of the authority that issued it.", _REQUEST),
    "ocsp.issuerKeyHash": Explanation("The hash of the key of that authority.", _REQUEST),
    "ocsp.serialNumber": Explanation("The serial number of the certificate.", _REQUEST),
    "ocsp.requestExtensions": Explanation("What else is asked.", rfc(6960, "4.4", "extensions")),
    "ocsp.responseExtensions": Explanation("What else is said of the response.", rfc(6960, "4.4", "extensions")),
    "ocsp.ReOcspNonce": Explanation(
        "A random number of the client, which the response repeats: so it was not kept from an earlier time.", _NONCE
    ),
    "ocsp.responseStatus": Explanation(
        "Whether there is an answer. This number is not signed: anybody on the way can send another one.", _RESPONSE
    ),
    "ocsp.responseBytes_element": Explanation("The answer, with its signature.", _RESPONSE),
    "ocsp.tbsResponseData_element": Explanation("What is signed of the response.", _RESPONSE),
    "ocsp.responderID": Explanation("Who signed: by a hash of the key, or by name.", _SIGNER),
    "ocsp.producedAt": Explanation("When the response was signed.", _DATES),
    "ocsp.thisUpdate": Explanation("When this was known to be true.", _DATES),
    "ocsp.nextUpdate": Explanation(
        "Until when it may be used. An older response may be from before the revocation.", _DATES
    ),
    "ocsp.certStatus": Explanation(
        "Whether the certificate is good, revoked, or not known to the responder.",
        rfc(6960, "2.2", "the three answers"),
    ),
    "ocsp.revoked_element": Explanation("When it was revoked, and perhaps why.", _RESPONSE),
    "ocsp.revocationTime": Explanation("When it was revoked.", _RESPONSE),
    "ocsp.revocationReason": Explanation(
        "Why: keyCompromise means that somebody else may have the key.", rfc(5280, "5.3.1", "the reasons")
    ),
    "ocsp.signatureAlgorithm_element": Explanation("The kind of signature.", _RESPONSE),
    "ocsp.signature": Explanation("The signature of the responder, without which anybody could answer.", _SIGNER),
    "ocsp.certs": Explanation(
        "The certificate of the responder: the authority allows it to sign such responses, and nothing else.", _SIGNER
    ),
}
