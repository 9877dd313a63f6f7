"""The capture role: the recorder beside a service, its HTTP interface, and its settings."""
