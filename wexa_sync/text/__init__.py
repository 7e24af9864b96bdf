"""Ground for all text: files, JSON, suggestions. Knows nothing of Wexa."""
