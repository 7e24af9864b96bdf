"""Soak wexa-sync: random edits, applies, faults and kills against a sandbox, checked against a model."""
