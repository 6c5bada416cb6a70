"""The attachments of the mail that a request came in, looked at on the case: pages that we draw, never the files."""
