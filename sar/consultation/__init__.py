"""Records that came from elsewhere: their originator is asked for a view; the officer decides."""
