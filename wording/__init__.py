"""English for people: statuses, timings, changes and names."""
