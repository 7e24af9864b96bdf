"""Compare the declared spec with the live one, field by field; name who changed a field; propose what to send.

Only declared fields are compared: a field that the server fills in is no drift. A field that was applied and is no
longer declared is a removal: its default is wanted in its place, or the value that follows from other fields. A
declared field that reads do not show is judged by the last applied spec.
"""
