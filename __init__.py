"""boardcal: a Board's reporting calendar, its reminders and its feeds."""

__version__ = "0.1.0"
