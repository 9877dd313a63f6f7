"""The certificate authority of the lab: a root, a server-issuing certificate under it, and one endpoint that signs."""
