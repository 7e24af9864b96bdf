"""Put together what is declared, what is live and what is recorded. The steps stand in observation.py."""
