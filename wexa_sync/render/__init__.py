"""Plans and reports, laid out for people and for programs."""
