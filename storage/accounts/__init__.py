"""Accounts, sessions, set-up links and failed sign-ins."""
