"""Collect what there is to show, for any format. A view holds whole values, neither cut nor quoted, and no secret.

A value of a field is the manifest's own: a Ref where the field refers to something, SENSITIVE where it is secret.
"""
