"""Seal secrets for files, find them in any text, and hide them in output."""
