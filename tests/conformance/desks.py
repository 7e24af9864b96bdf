"""Hold what the examples need of the environment."""

SECRETS = {"WHATSAPP_PIN": "the-pin-of-the-line"}
"""The environment variables that the examples name."""
