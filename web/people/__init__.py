"""Pages of groups and people: roles, pauses, the first day of email."""
