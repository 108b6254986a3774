"""The plan stage: planner and meetings become occurrences."""
