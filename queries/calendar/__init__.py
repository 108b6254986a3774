"""Upcoming, the year, meetings and the action plan as lists."""
