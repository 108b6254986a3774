"""Groups and people: who holds which role, and what a change of that does."""
