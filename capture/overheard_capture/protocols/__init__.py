"""Application protocols and transport security, a folder or a file each; each reader reads one direction of a flow.

A reader raises nothing, whatever the input. What it cannot read it reports to `Findings`.
"""
