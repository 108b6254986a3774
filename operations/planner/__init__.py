"""Changes to the planner: entries, meetings, roles, awaited events, assumptions."""
