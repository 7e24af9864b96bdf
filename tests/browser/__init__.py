"""HTML pages in a real browser, which not every machine has: run by hand, not by pytest."""
