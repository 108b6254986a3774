"""Emails: those of a Board, one in full, and those that are still to come."""
