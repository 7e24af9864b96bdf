"""Lay a plan, a report or problems out as data, whole and uncut."""
