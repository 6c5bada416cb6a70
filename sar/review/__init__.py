"""Review: who else is in the records, what is withheld from each page and why, and a second person's check."""
