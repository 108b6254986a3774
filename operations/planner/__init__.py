"""Changes to the planner: entries, meetings, roles, readings."""
