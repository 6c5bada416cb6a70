"""The work list: whose cases, which of them, in what order, as a page and as a file."""
