"""What an email says: its items, sections, subject and templates."""
