"""Refusing, charging a fee, neither confirming nor denying: proposed by one person, decided by another."""
