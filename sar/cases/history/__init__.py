"""What happened to a case and who had a hand in it, read from the audit log."""
