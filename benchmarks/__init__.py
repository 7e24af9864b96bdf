"""Measure what wexa-sync promises about speed (README.md)."""
