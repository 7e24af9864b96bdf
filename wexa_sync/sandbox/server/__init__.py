"""Serve the sandbox over HTTP."""
