"""What people do: record, extend, raise, pause, go live, reply, change the planner."""
