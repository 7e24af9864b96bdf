"""Compares what is declared with what is live, field by field, says who changed it, and proposes what to send.

Only what the manifest declares is compared: what the server fills in is no drift. A field of the last applied spec that
the manifest no longer has is a removal: what follows from other fields, or its default, is wanted in its place. A
declared field that the server does not show (it is not known to echo all of them) is judged by the last applied spec.
"""
