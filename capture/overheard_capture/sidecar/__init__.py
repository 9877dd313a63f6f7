"""The capture role: the recorder beside a service, its HTTP API, and its settings."""
