"""Make the sandbox fail as a script says."""
