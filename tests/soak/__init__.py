"""A soak: random edits, applies, faults and kills against a sandbox, checked against a model. See __main__.py."""
