"""Backup, restore and copies of a database."""
