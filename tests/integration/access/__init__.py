"""Signing in and staying signed in, on a real database."""
