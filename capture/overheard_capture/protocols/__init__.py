"""Application protocols and transport security, each read one direction at a time. Each is a folder or a file.

A promise: a reader raises nothing, whatever the bytes are; what it cannot read it reports to `Findings`.
"""
