"""What officers are told without looking: a calendar of due dates, a daily digest, alerts before a due date."""
