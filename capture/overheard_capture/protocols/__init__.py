"""Application protocols and transport security, each read one direction at a time. Each is a folder or a file.

A reader raises nothing, whatever the input. What it cannot read it reports to `Findings`.
"""
