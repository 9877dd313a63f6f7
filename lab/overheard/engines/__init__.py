"""Where the roles run: in containers (`compose`) or as processes in their own namespaces (`local`)."""

NAMES = ("compose", "local")
