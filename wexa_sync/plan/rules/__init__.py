"""Rules that look at all decisions together. Each is one function over the decisions."""
