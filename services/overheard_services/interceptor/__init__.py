"""The interceptor: a spy who does not only listen, but answers in the server's place and asks in the client's.

It is mitmproxy, used as a library, with a certificate authority that nobody should trust. mitmproxy pins older versions
of what other roles need, so the interceptor has an environment of its own. Only `proxies` and `impostor` import it.
"""
