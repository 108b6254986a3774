"""Pages of meetings, their papers and their record."""
