"""What the planner leaves open, and what a change of it does."""
