"""Small things to do on a case, with a day and a name."""
