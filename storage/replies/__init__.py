"""What readers ask for by their links: requests to the secretariat, and snoozes."""
