"""How the application itself hides the message: what the server does to it, and the client undoes.

A promise: no input or output in here. Each disguise is a few lines, as in the tutorial, and no more than its standard.
"""
