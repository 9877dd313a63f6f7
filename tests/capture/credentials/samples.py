"""One credential of each kind as it is on the wire, and what looks like it and is none."""

from __future__ import annotations

import base64
from typing import NamedTuple

from capture.credentials.messages import (
    ap_request,
    b64,
    bind,
    hidden,
    kdc_reply,
    mqtt,
    mysql,
    ntlm,
    password_message,
    radius,
    snmp,
    snmpv3,
    startup,
    tds,
    tlv,
)


class Sample(NamedTuple):
    """Bytes on the wire, and the secret part of the credential in them; nothing if there is none."""

    code: str
    wire: bytes
    value: bytes = b""
    # Whether it is the whole of a datagram, so that nothing may be around it.
    is_datagram: bool = False


# Made up: no service ever issued one of them. None stands here as a whole, or scanners of repositories would find it.
_MIXED = b"aZ3bY4cX5dW6eV7fU8gT9hS0iR1jQ2kP3lO4mN5nM6oL7pK8qJ9r"
_HEX = b"6629fae49393a05397450978507c4ef1"
GITHUB, GITLAB = b"gh" + b"p_" + _MIXED[:36], b"gl" + b"pat-" + _MIXED[:20]
STRIPE, SLACK = b"sk_" + b"live_" + _MIXED[:24], b"xo" + b"xb-123456789012-" + _MIXED[:24]
AWS, GOOGLE = b"AK" + b"IAQYLPMN5HHHFPZAM2", b"AI" + b"za" + _MIXED[:35]
_HOOK = b"T0123ABCD/B0123ABCD/" + _MIXED[:24]
JWT = b".".join(
    base64.urlsafe_b64encode(part).rstrip(b"=")
    for part in (b'{"alg":"HS256"}', b'{"sub":"nut"}', bytes(range(100, 132)))
)
_KEY = b"\n".join((_MIXED + b"q7")[:54] + _MIXED[:10] for _ in range(4))
_PEM = b"-----BEGIN EC PRIVATE " + b"KEY-----\n"
_DIGEST = b'Digest username="nut", realm="oak", nonce="dcd98b", uri="%b", response="' + _HEX + b'", algorithm=MD5\r\n'


_ANSWER = bytes(range(128, 152))
_CIPHER = bytes(range(150, 202))
_USER = tlv(0x30, b"\xa0\x03\x02\x01\x01", tlv(0xA1, tlv(0x30, tlv(0x1B, b"nut"))))
_PROOF = b64(bytes(range(200, 232)))
_SCRAM = b"c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=" + _PROOF
_DIGEST_MD5 = b'username="nut",realm="oak",nonce="OA6M",nc=00000001,qop=auth,digest-uri="imap/oak",response=' + _HEX
FIRES = (
    # What looks a little like a placeholder, a path or a program.
    Sample("form-field", b"password=Passwort1&", b"Passwort1"),
    Sample("form-field", b"password=%2Fetc%2Fnuts&", b"%2Fetc%2Fnuts"),
    Sample("json-field", b'{"pwd": "acorns.7(oak)"}', b"acorns.7(oak)"),
    Sample("imap-login", b"a LOGIN nut acorns7\r\n", b"acorns7"),
    Sample("http-cookie", b"Cookie: sid_2=acorns77\r\n", b"acorns77"),
    Sample("http-basic", b"GET / HTTP/1.1\r\nAuthorization: Basic %b\r\n\r\n" % b64(b"nut:acorns"), b64(b"nut:acorns")),
    *(
        Sample("http-basic", b"Authorization: Basic %b\r\n" % b64(b"nut:acorn" + more), b64(b"nut:acorn" + more))
        for more in (b"s7", b"s77")
    ),
    Sample("http-basic", b"Proxy-Authorization: basic %b\r\n" % b64(b"nut:acorns"), b64(b"nut:acorns")),
    Sample("http-basic", b'{"headers": {"Authorization": "Basic %b"}}' % b64(b"nut:acorns"), b64(b"nut:acorns")),
    Sample("http-bearer", b"authorization: Bearer %b\n" % _MIXED, _MIXED),
    Sample("http-digest", b"Authorization: " + _DIGEST % b"/nuts", _HEX),
    Sample("sip-digest", b"REGISTER sip:oak SIP/2.0\r\nAuthorization: " + _DIGEST % b"sip:oak", _HEX),
    Sample("http-cookie", b"Cookie: lang=en; sessionid=%b\r\n" % _MIXED[:20], _MIXED[:20]),
    Sample("http-cookie", b"Set-Cookie: id=%b; HttpOnly; Path=/\r\n" % _MIXED, _MIXED),
    Sample("http-cookie", b"cookie: connect.sid=s%%3A%b\n" % _MIXED, b"s%3A" + _MIXED),
    Sample("http-field", b"X-Api-Key: %b\r\n" % _MIXED, _MIXED),
    Sample("form-field", b"user=nut&password=correct+horse+battery", b"correct+horse+battery"),
    Sample("form-field", b"GET /login?pwd=acorns7&x=1 HTTP/1.1\r\n", b"acorns7"),
    Sample("form-field", b"user%5Bname%5D=x&user[password]=acorns7&go=1", b"acorns7"),
    Sample("json-field", b'{"user": "nut", "password": "correct horse battery"}', b"correct horse battery"),
    Sample("json-field", b'{"access_token":"%b","token_type":"bearer"}' % _MIXED, _MIXED),
    Sample("json-field", b'{\\"db_password\\":\\"acorns7\\"}', b"acorns7"),
    Sample("xml-field", b"<user>nut</user><Password>acorns7</Password>", b"acorns7"),
    Sample("xml-field", b'<wsse:Password Type="http://oak.example/PasswordText">acorns7</wsse:Password>', b"acorns7"),
    Sample("xml-field", b"<api-key>%b</api-key>" % _MIXED, _MIXED),
    Sample("aws-access-key", b"key %b is here" % AWS, AWS),
    Sample("gcp-api-key", b"/maps?key=%b&v=3" % GOOGLE, GOOGLE),
    Sample("gcp-access-token", b'{"t": "ya29.%b"}' % _MIXED, b"ya29." + _MIXED),
    Sample("github-token", b"the token is %b." % GITHUB, GITHUB),
    Sample(
        "github-token",
        b"Authorization: token github_pat_%b_%b\r\n" % (_MIXED[:22], _MIXED),
        b"github_pat_%b_%b" % (_MIXED[:22], _MIXED),
    ),
    Sample("gitlab-token", b"PRIVATE-TOKEN: %b\r\n" % GITLAB, GITLAB),
    Sample("slack-token", b"token=%b" % SLACK, SLACK),
    Sample("slack-token", b"xapp-1-%b" % _MIXED[:40], b"xapp-1-" + _MIXED[:40]),
    Sample("slack-webhook", b"https://hooks.slack.com/services/%b" % _HOOK, _HOOK),
    Sample("stripe-key", b"Authorization: Bearer %b\r\n" % STRIPE, STRIPE),
    Sample("npm-token", b"_authToken=npm_%b\n" % _MIXED[:36], b"npm_" + _MIXED[:36]),
    Sample("pypi-token", b"pypi-AgE%b%b\n" % (_MIXED, _MIXED), b"pypi-AgE" + _MIXED * 2),
    Sample("sendgrid-key", b"SG.%b.%b\n" % (_MIXED[:22], _MIXED[:43]), b"SG.%b.%b" % (_MIXED[:22], _MIXED[:43])),
    Sample("private-key", _PEM + _KEY + b"\n-----END EC", _KEY + b"\n"),
    Sample("url-password", b"postgres://nut:acorns7@oak:5432/nuts", b"acorns7"),
    Sample("jwt", b"here it is: %b." % JWT, JWT),
    Sample("ftp-pop3-login", b"USER nut\r\nPASS acorns7\r\nPASV\r\n", b"acorns7"),
    Sample("ftp-pop3-login", b"AUTH TLS\r\nuser nut\r\nSYST\r\npass acorns7\r\n", b"acorns7"),
    Sample("pop3-apop", b"APOP nut %b\r\n" % _HEX, _HEX),
    Sample("irc-password", b"CAP LS\r\nPASS acorns7\r\nNICK nut\r\nUSER nut 0 * :nut\r\n", b"acorns7"),
    Sample("irc-nickserv", b"PRIVMSG NickServ :IDENTIFY nut acorns7\r\n", b"acorns7"),
    Sample("imap-login", b'CEHI1 LOGIN nut "acorns 7"\r\n', b'"acorns 7"'),
    Sample("imap-login", b"a1 login nut {7}\r\nacorns7\r\n", b"{7}\r\nacorns7"),
    Sample("sasl-plain", b"EHLO oak\r\nAUTH PLAIN %b\r\n" % b64(b"\0nut\0acorns7"), b64(b"\0nut\0acorns7")),
    Sample("sasl-plain", b"a AUTHENTICATE PLAIN\r\n%b\r\n" % b64(b"\0nut\0acorns7"), b64(b"\0nut\0acorns7")),
    Sample("sasl-plain", b"AUTHENTICATE PLAIN\r\nAUTHENTICATE %b\r\n" % b64(b"\0nut\0acorns7"), b64(b"\0nut\0acorns7")),
    Sample("sasl-login", b"AUTH LOGIN\r\n%b\r\n%b\r\n" % (b64(b"nut"), b64(b"acorns7")), b64(b"acorns7")),
    Sample("sasl-login", b"auth login %b\r\n%b\r\n" % (b64(b"nut"), b64(b"acorns7")), b64(b"acorns7")),
    Sample("sasl-cram-md5", b"AUTH CRAM-MD5\r\n%b\r\n" % b64(b"nut " + _HEX), b64(b"nut " + _HEX)),
    Sample("nntp-login", b"AUTHINFO USER nut\r\nAUTHINFO PASS acorns7\r\n", b"acorns7"),
    Sample(
        "redis-password", b"*6\r\n$5\r\nHELLO\r\n$1\r\n3\r\n$4\r\nAUTH\r\n$3\r\nnut\r\n$7\r\nacorns7\r\n", b"acorns7"
    ),
    Sample("redis-password", b"*2\r\n$4\r\nAUTH\r\n$7\r\nacorns7\r\n*1\r\n$4\r\nPING\r\n", b"acorns7"),
    Sample(
        "sasl-plain", b"<auth mechanism='PLAIN' xmlns='x'>%b</auth>" % b64(b"\0nut\0acorns7"), b64(b"\0nut\0acorns7")
    ),
    Sample("ldap-bind", bind(b"acorns7"), b"acorns7"),
    Sample("ldap-bind", bind(b"acorns7", long=True), b"acorns7"),
    Sample("snmp-community", snmp(b"public"), b"public"),
    Sample("snmp-community", snmp(b"acorns7", 0), b"acorns7"),
    Sample("postgresql-password", startup(password_message(b"acorns7")), b"acorns7"),
    Sample("postgresql-md5", startup(password_message(b"md5" + _HEX)), b"md5" + _HEX),
    Sample("mysql-response", mysql(_ANSWER[:20], b"mysql_native_password"), _ANSWER[:20]),
    Sample("mysql-response", mysql(_CIPHER[:32], b"caching_sha2_password"), _CIPHER[:32]),
    Sample("mqtt-password", mqtt(0xC2, b"client", b"nut", b"acorns7"), b"acorns7"),
    Sample("mqtt-password", mqtt(0xC2, b"client", b"nut", b"acorns7", version=5), b"acorns7"),
    Sample("mqtt-password", mqtt(0xC6, b"client", b"will/topic", b"will", b"nut", b"acorns7"), b"acorns7"),
    Sample("amqp-password", b"\x05PLAIN\x00\x00\x00\x0c\x00nut\x00acorns7\x05en_US", b"acorns7"),
    Sample("amqp-password", b"\xa3\x05PLAIN\xa0\x0c\x00nut\x00acorns7", b"acorns7"),
    Sample("ntlm-response", ntlm(_ANSWER), _ANSWER),
    Sample(
        "kerberos-timestamp",
        tlv(
            0x30,
            b"\xa1\x03\x02\x01\x02",
            tlv(0xA2, tlv(4, tlv(0x30, b"\xa0\x03\x02\x01\x17", tlv(0xA2, tlv(4, _CIPHER))))),
        ),
        _CIPHER,
    ),
    Sample("socks-password", b"\x05\x02\x00\x02\x01\x03nut\x07acorns7\x05\x01\x00\x03", b"acorns7"),
    Sample("vnc-response", b"RFB 003.008\n\x02" + _ANSWER[:16] + b"\x01", _ANSWER[:16]),
    Sample("vnc-response", b"RFB 003.003\n" + _ANSWER[:16] + b"\x01", _ANSWER[:16]),
    Sample("ppp-pap", b"\xc0\x23\x01\x07\x00\x10\x03nut\x07acorns7", b"acorns7"),
    Sample("redis-password", b"*3\r\n$4\r\nAUTH\r\n$3\r\nnut\r\n$7\r\nacorns7\r\n", b"acorns7"),
    Sample("sasl-scram", b"p\x00\x00\x00\x70" + _SCRAM, _PROOF),
    Sample("sasl-scram", _SCRAM.replace(b"biws", b"eSws").replace(_PROOF, b64(_ANSWER[:20])), b64(_ANSWER[:20])),
    # The next message of PostgreSQL begins at once.
    Sample("sasl-scram", _SCRAM + b"Q\x00\x00\x00\x0dSELECT 1\x00", _PROOF),
    Sample("sasl-digest-md5", _DIGEST_MD5, _HEX),
    Sample("sasl-digest-md5", _DIGEST_MD5.replace(b",", b", "), _HEX),
    Sample("sasl-digest-md5", _DIGEST_MD5.replace(b"response=", b"maxbuf=65536,response=") + b",charset=utf-8", _HEX),
    Sample("kerberos-as-rep", kdc_reply(11, b"krbtgt", _CIPHER, _ANSWER), _ANSWER),
    Sample("kerberos-as-rep", kdc_reply(11, b"krbtgt", _CIPHER, _CIPHER, encryption=18), _CIPHER),
    # With a long ticket, such as that of somebody who is in many groups.
    Sample("kerberos-as-rep", kdc_reply(11, b"krbtgt", _CIPHER * 30, _CIPHER), _USER),
    Sample("kerberos-ticket", kdc_reply(13, b"HTTP", _CIPHER, _ANSWER), _CIPHER),
    Sample("kerberos-ticket", kdc_reply(13, b"HTTP", _CIPHER * 3, _ANSWER), (_CIPHER * 3)[:128]),
    Sample("kerberos-ticket", ap_request(b"MSSQLSvc", _CIPHER), _CIPHER),
    Sample("snmpv3-user", snmpv3(3, b"nut", _ANSWER[:12]), b"\x04\x03nut"),
    Sample("snmpv3-user", snmpv3(5, b"nut", _CIPHER[:48]), b"\x04\x03nut"),
    Sample("radius-password", radius((1, b"nut"), (2, _ANSWER[:16]), (4, bytes(4))), _ANSWER[:16], is_datagram=True),
    Sample("radius-password", radius((80, bytes(16)), (1, b"nut"), (2, _CIPHER[:32])), _CIPHER[:32], is_datagram=True),
    Sample("radius-chap", radius((1, b"nut"), (3, _ANSWER[:17]), (60, bytes(16))), _ANSWER[:17], is_datagram=True),
    Sample("tds-password", tds("acorns7"), hidden("acorns7")),
    Sample("tds-password", tds("\u00e5corns \u20ac"), hidden("\u00e5corns \u20ac")),
)

SILENT = (
    Sample("http-basic", b"Authorization: Basic %b\r\n" % b64(b"no colon in it")),
    Sample("http-basic", b"WWW-Authenticate: Basic realm=nuts\r\n"),
    Sample("http-basic", b"Authorization: Basic %b\r\n" % b64(b"nut:****")),
    Sample("http-bearer", b"Authorization: Bearer ${API_TOKEN}\r\n"),
    Sample("http-bearer", b"Authorization: Bearer <your-token>\r\n"),
    Sample("http-digest", b'WWW-Authenticate: Digest realm="oak", nonce="%b"\r\n' % _HEX),
    Sample("http-cookie", b"Cookie: lang=en; theme=dark; _ga=GA1.2.1234567890.1234567890\r\n"),
    Sample("http-cookie", b"Set-Cookie: cookie_consent_session=%b; Path=/\r\n" % _MIXED),
    Sample("http-cookie", b"Set-Cookie: session=; Max-Age=0\r\n"),
    Sample("http-cookie", b"The cookie: a biscuit with nuts in it; sweet\r\n"),
    Sample("http-cookie", b"Cookie: csrftoken=%b\r\n" % _MIXED),
    Sample("http-cookie", b"Cookie: AWSALB=%b; author=john1234567; possession=blue1234; sidebar=folded12\r\n" % _MIXED),
    Sample("http-cookie", b"Cookie: last_visited=2026-01-01T00:00:00.000Z-and-more\r\n"),
    Sample("http-cookie", b"Set-Cookie: JSESSIONID=deleted0; Max-Age=0\r\n"),
    Sample("imap-login", b"Please login user name\r\na login form here\r\n"),
    Sample("json-field", b'{"password": "Mot de passe", "pwd": "Neues Passwort", "label.password": "Kennwort"}'),
    Sample("json-field", b'{"PWD": "/home/nut", "OLDPWD": "/tmp"}'),
    Sample("json-field", b'{"accessToken": "https://oak.example/oauth2/v1/token"}'),
    Sample("form-field", b"e.password=t.password;d.prototype.password=function(e){return e};"),
    Sample("form-field", b"\npassword=getpass.getpass()\npwd=%2Fhome%2Fnut&"),
    Sample("url-password", b"postgres://user:password@localhost/db"),
    Sample("xml-field", b"<password>Password</password><pwd></pwd><passwd>****</passwd>"),
    Sample("xml-field", b"<label for='password'>acorns7</label><string name='password'>acorns7</string>"),
    Sample("xml-field", b"<token>expired</token><csrf-token>%b</csrf-token><password/>acorns7</" % _MIXED),
    Sample("aws-access-key", b'"AKIAIOSFODNN7' + b'EXAMPLE"'),
    Sample("http-field", b"X-Api-Key: none\r\n"),
    Sample("form-field", b"password=****&x=1"),
    Sample("form-field", b"password=&token=${TOKEN}"),
    Sample("form-field", b"csrf_token=%b&page_token=%b" % (_MIXED, _MIXED)),
    Sample("form-field", b"GET /?has_password=true&token_type=bearer12345678 HTTP/1.1\r\n"),
    Sample("json-field", b'{"password": "Password", "token": "Token"}'),
    Sample("json-field", b'{"password": "Enter your password", "forgot_password": "Forgot it?"}'),
    Sample("json-field", b'{"password": null, "password": true, "password": ""}'),
    Sample("json-field", b'{"token_type": "bearer", "nextPageToken": "%b"}' % _MIXED),
    Sample("aws-access-key", b"Authorization: AWS4-HMAC-SHA256 Credential=%b/20260101/eu/s3/aws4_request" % AWS),
    Sample("gcp-api-key", b"AIzaTooShort"),
    Sample("github-token", b"ghp_" + b"a" * 36),
    Sample("gitlab-token", b"glpat-xxxxxxxxxxxxxxxxxxxx"),
    Sample("slack-token", b"xoxb-not-a-token"),
    Sample("slack-webhook", b"https://hooks.slack.com/services/T00000000/B00000000"),
    Sample("stripe-key", b"sk_live_short"),
    Sample("npm-token", b"npm_config_cache=/tmp/cache_of_npm_packages_here"),
    Sample("private-key", b"-----BEGIN PUBLIC KEY-----\n" + _KEY),
    Sample("private-key", _PEM + b"..."),
    Sample("url-password", b"see https://oak.example:8443/@nut and http://[::1]:80/"),
    Sample("url-password", b"postgres://user:${PASSWORD}@oak/nuts"),
    Sample("jwt", b"eyJhbGciOiJIUzI1NiJ9.this.is.none"),
    Sample("ftp-pop3-login", b"USER anonymous\r\nPASS nut@example.org\r\n"),
    Sample("ftp-pop3-login", b"the user likes it\r\nto pass by\r\n"),
    Sample("pop3-apop", b"APOP is a command of POP3\r\n"),
    Sample("irc-password", b"PASS me the nuts\r\nplease\r\n"),
    Sample("irc-nickserv", b"PRIVMSG nut :identify yourself\r\n"),
    Sample("imap-login", b"please use the LOGIN of the day\r\n"),
    Sample("sasl-plain", b"250-AUTH PLAIN LOGIN\r\n250 OK\r\n"),
    Sample("sasl-login", b"250 AUTH LOGIN PLAIN\r\nquit\r\n"),
    Sample("sasl-cram-md5", b"AUTH CRAM-MD5\r\n%b\r\n" % b64(b"*")),
    Sample("nntp-login", b"AUTHINFO PASS ****\r\n"),
    Sample("ldap-bind", bind(b"")),
    Sample("ldap-bind", bind(b"GSSAPI", tag=0xA3)),
    Sample("snmp-community", b"\x30\x10" + snmp(b"public")[2:]),
    Sample("snmp-community", b"\x30\x30\x02\x01\x03\x30\x0e\x02\x01\x01\x04\x03\xff\xff\xe3"),
    Sample(
        "postgresql-password",
        startup(b"p\x00\x00\x00\x36SCRAM-SHA-256\x00\x00\x00\x00\x20n,,n=,r=fyko+d2lbbFgONRv9qkxdawL"),
    ),
    Sample("postgresql-md5", startup(b"Q\x00\x00\x00\x0dSELECT 1\x00")),
    Sample("mysql-response", b"8.0.36\x00\x08\x00\x00\x00" + bytes(40) + b"\x15caching_sha2_password\x00"),
    Sample("mqtt-password", mqtt(0x82, b"client", b"nut")),
    Sample("mqtt-password", mqtt(0x02, b"client")),
    Sample("amqp-password", b"\x0eAMQPLAIN PLAIN\x00\x00\x00\x05en_US"),
    Sample("ntlm-response", ntlm(b"")),
    Sample("kerberos-timestamp", b"\xa1\x03\x02\x01\x80\xa2\x04\x04\x02\x30\x00"),
    Sample("socks-password", b"\x05\x01\x00\x05\x01\x00\x03\x07acorns7\x00\x50"),
    Sample("vnc-response", b"RFB 003.008\n\x01\x01"),
    Sample("vnc-response", b"RFB 003.003\n\x80" + b"\x07" * 16),
    # The format of pixels, and encodings.
    Sample(
        "vnc-response", b"RFB 003.003\n\x01" + bytes(4) + b"\x20\x18\x00\x01\x00\xff\x00\xff\x00\xff\x10\x08" + bytes(9)
    ),
    Sample("vnc-response", b"RFB 003.003\n\x00\x02\x00\x00\x03" + bytes(16)),
    Sample("ppp-pap", b"\xc0\x23\x01\x07\x00\x50\x03nut\x07acorns7"),
    Sample("redis-password", b"*2\r\n$3\r\nGET\r\n$4\r\nAUTH\r\n"),
    Sample("sasl-scram", b"n,,n=nut,r=rOprNGfwEbeRWgbNEkqO"),
    Sample("sasl-scram", b"r=rOprNGfwEbeRWgbNEkqO%hvYD,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"),
    Sample("sasl-scram", _SCRAM.replace(_PROOF, b64(b"no digest"))),
    Sample("sasl-scram", _SCRAM.replace(b"=", b"")),
    Sample("sasl-scram", b"c=biws,r=NONCE,p=PROOF where PROOF is in base64"),
    Sample("sasl-digest-md5", b'realm="oak",nonce="OA6M",qop="auth",algorithm=md5-sess,charset=utf-8'),
    Sample("sasl-digest-md5", b'digest-uri="imap/oak",rspauth=' + _HEX),
    Sample("kerberos-as-rep", kdc_reply(11, b"krbtgt", _CIPHER, _ANSWER, encryption=99)),
    Sample("kerberos-as-rep", kdc_reply(11, b"krbtgt", _CIPHER, _ANSWER, user=b"OAK$")),
    Sample("kerberos-as-rep", kdc_reply(11, b"krbtgt", _CIPHER * 40, _CIPHER, user=b"OAK$")),
    Sample("kerberos-as-rep", kdc_reply(12, b"krbtgt", _CIPHER, _ANSWER)),
    *(Sample("kerberos-ticket", kdc_reply(13, name, _CIPHER, _ANSWER)) for name in (b"krbtgt", b"host", b"CIFS")),
    Sample("kerberos-ticket", ap_request(b"krbtgt", _CIPHER)),
    Sample("kerberos-ticket", ap_request(b"HTTP", b"")),
    # Without a digest, as when the engine is asked for; without a user; a length that is that of no digest.
    Sample("snmpv3-user", snmpv3(4, b"nut", b"")),
    Sample("snmpv3-user", snmpv3(5, b"", _ANSWER[:12])),
    Sample("snmpv3-user", snmpv3(5, b"nut", bytes(12))),
    Sample("snmpv3-user", snmpv3(5, b"nut", _ANSWER[:13])),
    Sample("snmpv3-user", snmpv3(4, b"nut", _ANSWER[:12])),
    # An answer, a length that does not fit, no user, a user that is no name, an address of five bytes.
    Sample("radius-password", radius((1, b"nut"), (2, _ANSWER[:16]), code=2), is_datagram=True),
    Sample("radius-password", radius((1, b"nut"), (2, _ANSWER[:16]), more=4), is_datagram=True),
    Sample("radius-password", radius((2, _ANSWER[:16])), is_datagram=True),
    Sample("radius-password", radius((1, b"\xff\x00"), (2, _ANSWER[:16])), is_datagram=True),
    Sample("radius-password", radius((1, b"nut"), (2, _ANSWER[:16]), (4, bytes(5))), is_datagram=True),
    Sample("radius-password", radius((1, b"nut"), (25, b"\x02\x12" + _ANSWER[:16])), is_datagram=True),
    Sample("radius-chap", radius((1, b"nut"), (60, b"\x03\x13" + _ANSWER[:17])), is_datagram=True),
    # It must begin the datagram.
    Sample("radius-password", b"\x00" + radius((1, b"nut"), (2, _ANSWER[:16])), is_datagram=True),
    # No password, a packet of another type, a password that is no text, one that does not fit.
    Sample("tds-password", tds("")),
    Sample("tds-password", tds("acorns7", kind=0x12)),
    Sample("tds-password", tds("acorn\u0007")),
    Sample("tds-password", tds("acorns7", cut=-99)),
)
