"""Fields of the first messages of TLS: ClientHello, ServerHello, and their extensions."""

from __future__ import annotations

from overheard.words.chapter import Reading, rfc
from overheard.words.fields.explanation import Explanation

_HANDSHAKE = rfc(8446, "4", "the messages of the handshake")
_CLIENT = rfc(8446, "4.1.2", "ClientHello, the first message")
_SERVER = rfc(8446, "4.1.3", "ServerHello, the answer to it")
_EXTENSIONS = rfc(8446, "4.2", "the extensions, and in which messages each may be")
_VERSIONS = rfc(8446, "4.2.1", "supported_versions")
_SIGNATURES = rfc(8446, "4.2.3", "signature_algorithms")
_GROUPS = rfc(8446, "4.2.7", "supported_groups")
_KEY_SHARE = rfc(8446, "4.2.8", "key_share")
_MODES = rfc(8446, "4.2.9", "psk_key_exchange_modes")
_SUITES = rfc(8446, "B.4", "the cipher suites of TLS 1.3")
_NAME = rfc(6066, "3", "server_name (SNI)")
_ALPN = rfc(7301, "3.1", "application_layer_protocol_negotiation (ALPN)")
_POINTS = rfc(8422, "5.1.2", "ec_point_formats")
_RENEGOTIATION = rfc(5746, "3.2", "renegotiation_info")
_COMPRESSION = rfc(8879, "3", "compress_certificate")
_COMPRESSED = rfc(8879, "4", "compressed certificates")
_PADDING = rfc(7685, "3", "padding")
_TICKET = rfc(5077, "3.2", "session_ticket")
_TIME = rfc(5246, "7.4.1.2", "the random value in TLS 1.2")
_JA3 = Reading("JA3", "how clients are recognised by their hello", "https://github.com/salesforce/ja3")

FIELDS = {
    "tls.handshake": Explanation("A message with which both sides agree on keys, and prove who they are.", _HANDSHAKE),
    "tls.handshake.type": Explanation("Which message of the handshake this is.", _HANDSHAKE),
    "tls.handshake.length": Explanation("How long the message is, in bytes.", _HANDSHAKE),
    "tls.handshake.version": Explanation(
        "A version that is not used any more: it says 1.2 even in TLS 1.3, where an extension has the real one.",
        _CLIENT,
    ),
    "tls.handshake.random": Explanation(
        "32 random bytes, new for each connection: they make its keys unlike those of any other. By the client's, a "
        "key log tells which connection a key belongs to.",
        _CLIENT,
    ),
    "tls.handshake.random_time": Explanation(
        "Once the time was here. Today these are random bytes, which Wireshark still reads as a time.", _TIME
    ),
    "tls.handshake.random_bytes": Explanation("The rest of the 32 random bytes.", _TIME),
    "tls.handshake.session_id_length": Explanation("How long the session ID is.", _CLIENT),
    "tls.handshake.session_id": Explanation(
        "In TLS 1.2 the name of an earlier session, to go on with it. In TLS 1.3 the server repeats it, and it means "
        "nothing.",
        _CLIENT,
    ),
    "tls.handshake.cipher_suites_length": Explanation("How long the list of cipher suites is, in bytes.", _CLIENT),
    "tls.handshake.ciphersuites": Explanation(
        "The ciphers that the client offers, the one it likes best first.", _CLIENT
    ),
    "tls.handshake.ciphersuite": Explanation(
        "A cipher with its hash function, and up to TLS 1.2 the key exchange. The client offers several; the server "
        "chooses one.",
        _SUITES,
    ),
    "tls.handshake.comp_methods_length": Explanation("How many ways of compression are offered.", _CLIENT),
    "tls.handshake.comp_methods": Explanation(
        "The ways of compression: none, as compression gave secrets away.", _CLIENT
    ),
    "tls.handshake.comp_method": Explanation("A way of compression: none, as compression gave secrets away.", _CLIENT),
    "tls.handshake.extensions_length": Explanation("How long all extensions are together, in bytes.", _EXTENSIONS),
    "Extension": Explanation("An extension: something that is offered or said beyond the fixed fields.", _EXTENSIONS),
    "tls.handshake.extension.type": Explanation("Which extension this is.", _EXTENSIONS),
    "tls.handshake.extension.len": Explanation("How long the extension is, in bytes.", _EXTENSIONS),
    "tls.handshake.extension.data": Explanation(
        "What the extension says; with some there is nothing to say.", _EXTENSIONS
    ),
    "Extension: server_name": Explanation(
        "The name of the server that the client wants. It is in clear: an eavesdropper reads it, with TLS 1.3 too.",
        _NAME,
    ),
    "tls.handshake.extensions_server_name": Explanation(
        "The name of the server that the client wants. It is in clear: an eavesdropper reads it, with TLS 1.3 too.",
        _NAME,
    ),
    "tls.handshake.extensions_server_name_list_len": Explanation("How long the list of names is.", _NAME),
    "tls.handshake.extensions_server_name_type": Explanation("The kind of name: the name of a host.", _NAME),
    "tls.handshake.extensions_server_name_len": Explanation("How long the name is.", _NAME),
    "Extension: ec_point_formats": Explanation("How points of elliptic curves may be written, up to TLS 1.2.", _POINTS),
    "tls.handshake.extensions_ec_point_formats_length": Explanation("How many ways of writing points follow.", _POINTS),
    "tls.handshake.extensions_ec_point_formats": Explanation("The ways of writing points.", _POINTS),
    "tls.handshake.extensions_ec_point_format": Explanation("A way of writing a point of an elliptic curve.", _POINTS),
    "Extension: supported_groups": Explanation("The groups in which the client can do Diffie-Hellman.", _GROUPS),
    "tls.handshake.extensions_supported_groups_length": Explanation(
        "How long the list of groups is, in bytes.", _GROUPS
    ),
    "tls.handshake.extensions_supported_groups": Explanation("The groups, the one that is liked best first.", _GROUPS),
    "tls.handshake.extensions_supported_group": Explanation(
        "A group for Diffie-Hellman: an elliptic curve such as x25519, or numbers modulo a prime.", _GROUPS
    ),
    "Extension: application_layer_protocol_negotiation": Explanation(
        "Which protocol is to be spoken inside TLS.", _ALPN
    ),
    "tls.handshake.extensions_alpn_len": Explanation("How long the list of protocols is.", _ALPN),
    "tls.handshake.extensions_alpn_list": Explanation(
        "The protocols that are offered, or the one that is chosen.", _ALPN
    ),
    "tls.handshake.extensions_alpn_str_len": Explanation("How long the name of the protocol is.", _ALPN),
    "tls.handshake.extensions_alpn_str": Explanation(
        "A protocol to be spoken inside TLS, such as `http/1.1`. In a ClientHello it is in clear.", _ALPN
    ),
    "Extension: encrypt_then_mac": Explanation(
        "With the old CBC ciphers: encrypt first, and then make the tag, which is safer.",
        rfc(7366, "2", "encrypt_then_mac"),
    ),
    "Extension: extended_master_secret": Explanation(
        "In TLS 1.2: the keys depend on the whole handshake, so that nobody can join two connections.",
        rfc(7627, "5.1", "extended_master_secret"),
    ),
    "Extension: session_ticket": Explanation(
        "In TLS 1.2: the client can keep a ticket to go on with a session.", _TICKET
    ),
    "Extension: renegotiation_info": Explanation(
        "Protects a second handshake in a connection, which an attacker could once begin with.", _RENEGOTIATION
    ),
    "tls.handshake.extensions_reneg_info_len": Explanation(
        "Empty in the first handshake of a connection.", _RENEGOTIATION
    ),
    "Extension: signature_algorithms": Explanation("Which signatures the sender can check.", _SIGNATURES),
    "tls.handshake.sig_hash_alg_len": Explanation(
        "How long the list of signature algorithms is, in bytes.", _SIGNATURES
    ),
    "tls.handshake.sig_hash_algs": Explanation(
        "The signature algorithms, the one that is liked best first.", _SIGNATURES
    ),
    "tls.handshake.sig_hash_alg": Explanation(
        "A kind of signature: which algorithm, with which hash function.", _SIGNATURES
    ),
    "tls.handshake.sig_hash_hash": Explanation(
        "The hash function, as TLS 1.2 has it; in TLS 1.3 both bytes together are one number.", _SIGNATURES
    ),
    "tls.handshake.sig_hash_sig": Explanation(
        "The algorithm, as TLS 1.2 has it; in TLS 1.3 both bytes together are one number.", _SIGNATURES
    ),
    "Extension: supported_versions": Explanation(
        "Which versions of TLS the client can speak, or which is spoken.", _VERSIONS
    ),
    "tls.handshake.extensions.supported_versions_len": Explanation(
        "How long the list of versions is, in bytes.", _VERSIONS
    ),
    "tls.handshake.extensions.supported_version": Explanation("A version of TLS. This is the real one.", _VERSIONS),
    "Extension: compress_certificate": Explanation(
        "With which compression the other side may send its certificates.", _COMPRESSION
    ),
    "tls.compress_certificate.algorithms_length": Explanation("How long the list of compressions is.", _COMPRESSION),
    "tls.compress_certificate.algorithm": Explanation("A way of compressing: zlib, brotli or zstd.", _COMPRESSION),
    "tls.compress_certificate.uncompressed_length": Explanation(
        "How long the certificates are without compression, in bytes.", _COMPRESSED
    ),
    "tls.compress_certificate.compressed_certificate_message.length": Explanation(
        "How long the compressed certificates are, in bytes.", _COMPRESSED
    ),
    "tls.compress_certificate.compressed_certificate_message": Explanation(
        "The certificates, compressed: a chain is often longer than one packet may be.", _COMPRESSED
    ),
    "Extension: psk_key_exchange_modes": Explanation("How the client would go on with an earlier session.", _MODES),
    "tls.extension.psk_ke_modes_length": Explanation("How many ways of going on follow.", _MODES),
    "tls.extension.psk_ke_mode": Explanation("Whether there is a new Diffie-Hellman exchange, too.", _MODES),
    "Extension: key_share": Explanation(
        "A public value of Diffie-Hellman, as in the scenario `diffie-hellman`; the private one is never sent.",
        _KEY_SHARE,
    ),
    "Key Share extension": Explanation("The public values, one for each group that the client guesses.", _KEY_SHARE),
    "Key Share Entry": Explanation("A public value, with its group.", _KEY_SHARE),
    "tls.handshake.extensions_key_share_client_length": Explanation(
        "How long all key shares are, in bytes.", _KEY_SHARE
    ),
    "tls.handshake.extensions_key_share_group": Explanation("The group in which the value is.", _KEY_SHARE),
    "tls.handshake.extensions_key_share_selected_group": Explanation("The group that the server wants.", _KEY_SHARE),
    "tls.handshake.extensions_key_share_key_exchange_length": Explanation("How long the public value is.", _KEY_SHARE),
    "tls.handshake.extensions_key_share_key_exchange": Explanation(
        "The public value. An eavesdropper has both sides' values, and cannot compute the key from them.", _KEY_SHARE
    ),
    "Extension: padding": Explanation("Zeros, as some servers did not answer hellos of certain lengths.", _PADDING),
    "tls.handshake.extensions_padding_data": Explanation("Zeros without meaning.", _PADDING),
    "tls.handshake.ja3_full": Explanation(
        "What the hello shows of the client's program, put together by Wireshark.", _JA3
    ),
    "tls.handshake.ja3": Explanation("A fingerprint of the client's program, computed by Wireshark.", _JA3),
    "tls.handshake.ja3s_full": Explanation(
        "What the hello shows of the server's program, put together by Wireshark.", _JA3
    ),
    "tls.handshake.ja3s": Explanation("A fingerprint of the server's program, computed by Wireshark.", _JA3),
    "tls.handshake.ja4": Explanation("A fingerprint of the client's program, computed by Wireshark.", _JA3),
    "tls.handshake.ja4_r": Explanation(
        "What the hello shows of the client's program, put together by Wireshark.", _JA3
    ),
}
