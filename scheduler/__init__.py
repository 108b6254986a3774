"""The service: settings, the clock, the tick and its jobs."""
