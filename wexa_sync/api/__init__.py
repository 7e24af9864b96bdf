"""The way to the server: HTTP, what to repeat, whole lists from pages, and the client that is generic over kinds."""
