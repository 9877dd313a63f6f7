"""Binary documents that name what they hold: CBOR, MessagePack, BSON, BER as in LDAP and SNMP, and packets of MQTT.

Content that is neither text nor known may be one of these, or several in a row. It counts as read if each of its bytes
has a meaning: strings are text, which was searched and unwrapped like any other; byte strings must be readable, unless
they are as short as identifiers; and numbers are numbers.
"""
