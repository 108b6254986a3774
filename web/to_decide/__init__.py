"""Pages of what waits for the secretariat: decisions, requests, unsettled items."""
