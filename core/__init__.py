"""Errors, addresses, local time, and how mistakes in a file are reported."""
