"""`python -m overheard`: the command, where the package is found but its script is not on PATH."""

from overheard.command import main

main()
