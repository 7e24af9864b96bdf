"""Keep the sandbox's workspace in SQLite and let time pass in it."""
