"""Overheard: what did an eavesdropper on this wire get to know?

`words` at the bottom imports nothing and does nothing but say what things are; `role` and `report` are what the
programs of the lab share; `engines` and `command` at the top know all of them.
"""

__version__ = "0.1.0"
