"""Access without a database: permissions, codes, passwords."""
