"""Letters that an officer writes: chosen by where the case stands, filled in, looked at, sent, logged."""
