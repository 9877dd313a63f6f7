"""What is wrapped round a secret and can be unwrapped by anybody: one file a layer.

A promise: a reader in here raises nothing, whatever the bytes are; what it cannot read it says to the desk.
"""
