"""Backups of a running service, and the way back: scripts/backup.py and scripts/restore.py (docs/decisions/0046)."""
