"""Upcoming, the year, the action plan, and the page of one item."""
