"""Read the facts about fields from the schemas, and convert values to and from the wire."""
