"""Decide the actions for every address: Observation -> Plan. Pure."""
