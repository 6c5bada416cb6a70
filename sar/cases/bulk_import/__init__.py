"""Taking over cases from a spreadsheet that was kept before: look first, then import all good rows at once."""
