"""The wording of letters, as the data protection officer edits it; each version is kept."""
