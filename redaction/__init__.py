"""Redaction of PDF files: read them, find people, remove what is withheld, prove that it has gone.

The library stands alone: it knows nothing of web requests, databases or cases. `python -m redaction`
offers the same four steps (read, detect, apply, verify) on the command line.
"""
