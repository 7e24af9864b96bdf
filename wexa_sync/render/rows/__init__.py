"""Lay out the fields of a change as rows, and tell two texts apart: for every format that people read."""
