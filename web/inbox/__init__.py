"""What waits for the secretariat: decisions, requests, emails, changes."""
