"""What the third part teaches: a certificate binds a key to a name, and is worth as much as its signer."""

from __future__ import annotations

from overheard.words.chapter import Break, Chapter, paragraph, paragraphs, rfc
from overheard.words.lengths import APPLICATION_DATA, CONTENT_TYPE, TAG, record
from overheard.words.secret import SECRET_MESSAGE
from overheard.words.verdict import Outcome

# The record that the server's message is in.
_RECORD = record(len(SECRET_MESSAGE))
_HEADER = APPLICATION_DATA + _RECORD.to_bytes(2, "big")

HTTPS_UNTRUSTED = Chapter(
    story=paragraphs("""
        A certificate is a document for machines. It says that a public key belongs to a name, and is signed by a
        certificate authority (CA). A signature is made with a private key, and anybody can check it with the matching
        public key. The server presents its certificate and signs the handshake with its own private key. That proves
        that the certificate is its own.

        HTTPS is HTTP inside TLS. TLS begins with a handshake: a key agreement as in `diffie-hellman`, and the server's
        certificate to say with whom. The client checks that the certificate is for the name that it asked for, that it
        is valid today, and that the signatures lead to a root: a CA that the client already trusts.

        Here they do not. The certificate is good, but it is signed by the lab's CA, and the client knows only the usual
        public ones. It cannot tell this server from an impostor. So it sends the alert `unknown_ca` and disconnects,
        before it has made a request. The spy has seen no message, but there was none to see. The judge does not call
        that protected: it says NOT SENT. The session keys open every record, and all of them are of the handshake.
    """),
    look=paragraphs("""
        The error ends in `unable to get local issuer certificate`. The issuer is the CA that signed the certificate;
        "local" means the client's own list of trusted certificates. The issuer is not in that list.

        What is still visible: the alert `unknown_ca` from the client, and SNI `server`. SNI is the name that the client
        asks for. It is in the client's very first message, which is not encrypted.

        The reason for the verdict says that there was no application data in either direction: there was a handshake
        and nothing else.
    """),
    question="Could the server not send the CA's own certificate along, for the client to trust?",
    answer=paragraph("""
        It could, but nothing would be gained. Anybody can create a CA and send its certificate along, the spy included.
        Trust has to arrive by a path that the spy does not control: with the operating system or the browser, or by
        hand. In the lab the CA leaves its fingerprint for the client in a folder, as an administrator would.
    """),
    try_this=Break(
        file="services/overheard_services/client/client_files.py",
        line="verify=attempt.trust is not Trust.ANYBODY,",
        instead="verify=False,",
        happens=paragraph("""
            The error is gone. This is the fix that many web pages recommend. The client gets the message with a
            warning, and the verdict is even PROTECTED, because nobody happened to be in the middle. Make the same
            change and run `https-intercepted`: there somebody is.
        """),
        outcome=Outcome.PROTECTED,
    ),
    reading=(
        rfc(5280, "6.1", "how a certification path is validated, from the root down"),
        rfc(9110, "4.3.4", "what an HTTPS client must check, and what it must do if that fails"),
        rfc(8446, "6.2", "the alerts of TLS, `unknown_ca` among them"),
    ),
)

HTTPS = Chapter(
    story=paragraphs("""
        The same server with the same certificate. One thing is different: the client has the root certificate of the
        lab's CA, and was told to trust it. Now the signatures lead to a trusted root, the name is right, and the client
        continues.

        In TLS 1.3 both sides send their public values in their first messages. From there on the handshake is
        encrypted, the certificate included. The server signs all handshake messages so far, the public values included,
        so nobody in the middle can have replaced them. Then the request and the response cross the wire in records,
        each encrypted and with a tag that detects changes.

        So three questions have an answer. Who else can read it? Nobody: confidentiality. Was it changed on the way? No:
        integrity. Is this the server? Yes: authentication. The judge says PROTECTED, and only because it has proof of
        all this: the recording is whole, the session keys show that the message is in it, and without them the message
        can be seen nowhere.
    """),
    look=paragraphs(f"""
        In the hex dump find `{_HEADER.hex(" ")}`, the beginning of a record: application data of {_RECORD} bytes
        ({_RECORD:x} in hexadecimal). These are {len(SECRET_MESSAGE)} bytes of message, {CONTENT_TYPE} byte for the
        content type, and {TAG} bytes of tag.

        Open the recording in Wireshark twice: with the command that is printed at the end, which names the key log, and
        then without that option. The difference is what HTTPS is for.

        Still visible: who talks to whom, when, how much, and the name of the server. The request has about as many
        bytes as in `http`.
    """),
    question=paragraph("""
        The squirrels have a second secret, and it is either `yes` or `no`. The server tells it over HTTPS. What can the
        spy find out?
    """),
    answer=paragraph(f"""
        Which of the two it is: the record has {record(len("yes"))} bytes for `yes` and {record(len("no"))} for `no`.
        TLS hides what is said, not how long it is. TLS 1.3 lets a sender pad its records, but few do. Learning from
        sizes and times is called traffic analysis.
    """),
    try_this=Break(
        file="services/overheard_services/server/settings.py",
        line='names=env.words("OVERHEARD_SERVER_NAMES", "server,localhost,127.0.0.1"),',
        instead='names=env.words("OVERHEARD_SERVER_NAMES", "localhost,127.0.0.1"),',
        happens=paragraph("""
            The server asks the CA for a certificate without the name `server`. It gets one, with a good signature by
            the CA that the client trusts, and the client still refuses it: `Hostname mismatch`. A certificate does not
            say that somebody is good, only what their name is, and this is not the name that the client asked for. The
            message never leaves: NOT SENT.
        """),
        outcome=Outcome.NOT_SENT,
        error="Hostname mismatch, certificate is not valid for 'server'",
    ),
    reading=(
        rfc(8446, "2", "the handshake of TLS 1.3 in one picture"),
        rfc(8446, "5.2", f"a record, its tag, and why it is {record(0)} bytes longer than what it holds"),
        rfc(8446, "5.4", "padding, to hide lengths"),
        rfc(6066, "3", "SNI: the name of the server, sent in clear"),
    ),
)
