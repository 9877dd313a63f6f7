"""ASN.1 as it is met in files (X.690): BER is read, and what of it is not DER is told.

Nothing here trusts its input: every reader raises Asn1Error and nothing else, in time linear in the bytes it reads.
"""
