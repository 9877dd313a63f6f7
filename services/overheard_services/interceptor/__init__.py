"""The interceptor: a spy who does not only listen, but responds as the server and sends requests as the client.

It is mitmproxy, used as a library, with a certificate authority that nobody should trust. mitmproxy pins older versions
of packages that other roles need, so the interceptor has its own environment. Only `proxies` and `impostor` import it.
"""
