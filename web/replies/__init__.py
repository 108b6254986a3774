"""Pages behind the signed links in emails."""
