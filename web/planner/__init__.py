"""Pages that show and change the planner."""
