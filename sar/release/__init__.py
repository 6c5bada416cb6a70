"""The reply: built from redacted copies, proved by a second engine, sealed, collected."""
