"""The rules by which a chain is checked. A rule yields a description of each fault that it finds.

`refused` has what OpenSSL refuses, in the order in which it checks; `strict` what it refuses as Python 3.13 sets it up;
`elsewhere` what other programs refuse. Who does was tried with real programs: see docs/certificates.md.
"""
