"""A client of a log of certificates (RFC 6962): checks what the log signed and proves, and believes nothing else."""
