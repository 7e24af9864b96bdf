"""Kinds that are declared outside the package, and tests that they work as those inside do."""
