"""Cases that somebody must not see: about someone who works here, a relative or a colleague."""
