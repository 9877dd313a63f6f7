"""Application protocols and transport security, each read one direction at a time. Each is a folder or a file.

A reader raises nothing on any input. It reports what it cannot read to `Findings`.
"""
