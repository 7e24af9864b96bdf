"""Tell others what a run came to: a comment on a pull request, an issue. Nothing here is needed for the work itself."""
