"""What wexa-sync promises about speed, measured: see README.md."""
