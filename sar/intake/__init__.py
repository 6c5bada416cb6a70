"""Intake: the public questions, requests logged by officers, copies of identity documents."""
