"""Signing in, passwords and accounts."""
