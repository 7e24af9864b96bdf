"""Repair the state: resolve a doubt, rebuild a lost state, move a record or give it up."""
