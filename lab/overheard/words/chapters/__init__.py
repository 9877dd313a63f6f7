"""What the scenarios teach: one module per part, as in `overheard.words.story`, with one chapter per scenario.

Only text, no behaviour. Tests check what it says where they can, the lines to break included.
"""
