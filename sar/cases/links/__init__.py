"""Cases that belong together: an earlier request of the same person, a repeat, a complaint."""
