"""What pages and commands show."""
