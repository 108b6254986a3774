"""What a reader answers through a signed link, and what becomes of requests."""
