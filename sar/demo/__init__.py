"""Fictional cases made through the real services, for a first look and for trying things out."""
