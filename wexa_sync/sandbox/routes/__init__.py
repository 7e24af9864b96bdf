"""Serve the endpoints: one file for each group of the vendor's documentation."""
