"""Protocol identification by content, never by port.

For streams one table decides, `protocols.PROTOCOLS`, read from top to bottom.
"""
