"""Refusing, charging a fee, setting aside, moving a date of a late case: proposed by one, decided by another."""
