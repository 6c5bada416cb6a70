"""Our role for each record: whether we decide about it; and passing a request on to whoever does."""
