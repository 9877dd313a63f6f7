"""Where everything of the lab is to be found."""

from __future__ import annotations

from overheard.words.scenario import Service

HTTP = Service("http", "server", 5683)
HTTPS = Service("https", "server", 5443)
# Asks every client for a certificate of the lab CA.
MUTUAL = Service("https", "server", 5447)
# Has an RSA key, and still agrees to keys that are sent encrypted with it (RFC 5246, 7.4.7.1).
LEGACY = Service("https", "server", 5446)
CA = Service("https", "ca", 5444)
CAPTURE = Service("http", "capture", 5690)

# The interceptor listens on the ports of those that it stands in for, at an address of its own.
INTERCEPTOR = "interceptor"
INTERCEPTED = (HTTP, HTTPS)
# Where it says that it is ready.
INTERCEPTOR_DESK = Service("http", INTERCEPTOR, 5691)

# Where the gallery says that it is ready; its rows listen on the ports that follow, in their order.
GALLERY_DESK = Service("http", "server", 5599)
GALLERY_FIRST_PORT = GALLERY_DESK.port + 1

# What one server serves, by the names that its settings know them by.
OF_THE_SERVER = {"http": HTTP, "https": HTTPS, "mutual-tls": MUTUAL, "legacy": LEGACY}
