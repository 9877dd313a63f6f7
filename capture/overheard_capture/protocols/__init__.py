"""Application protocols and transport security, a folder or a file each, as one direction of a conversation.

A promise: a reader raises nothing, whatever the bytes are; what it cannot read it reports to `Findings`.
"""
