"""Do what others do who have no wexa-sync: small scripts, as a team would write them. They are measured, and honest."""
