"""Where the roles run: in containers (`compose`) or as processes in namespaces of their own (`local`)."""

NAMES = ("compose", "local")
