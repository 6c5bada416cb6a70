"""Where we looked for someone's records: a directory of areas, a checklist for each case, requests, chases, results."""
