"""Pages of every email, and what a person decides about one."""
