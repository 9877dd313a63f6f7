"""What the operator of a CA does with its folder: create, sign, list, revoke, renew, back up. `overheard ca` calls it.

The operator may certify any name that the issuing certificate permits, without a token or a challenge: who can read the
folder and knows the passphrase could do so anyway. All of it is in the same record as what the running CA issues, and
may be done while it runs.
"""
