"""The witness in other people's tests: listens while a block of code runs, and judges what went over the wire."""
