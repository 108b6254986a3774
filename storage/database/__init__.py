"""Opening, migrating and checking the database."""
