"""How the application itself hides the message: what the server does, and the client undoes.

Does no I/O. Each disguise is a few lines, as in the tutorial, and no more than its standard.
"""
