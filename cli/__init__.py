"""The command `boardcal`."""
