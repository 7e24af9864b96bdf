"""Bring live drift back into the manifests: what others changed on the live side alone is written where it is declared.

drifted: a plan -> what the live side alone changed. edits: that -> what to write where it stands. spots: the files, and
what comes of them. gone: manifests of what is gone. checked: what a second look finds wrong.
"""
