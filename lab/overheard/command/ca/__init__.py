"""`overheard ca`: a certificate authority for a team's development and tests, in one folder."""
