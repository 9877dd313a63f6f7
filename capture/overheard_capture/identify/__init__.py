"""Protocol identification by content, never by port.

For streams this is decided by one table, `protocols.PROTOCOLS`, from top to bottom.
"""
