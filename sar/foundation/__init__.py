"""What every stage stands on. Nothing here knows of requests, cases or records."""
