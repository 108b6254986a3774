"""Calendar feeds over HTTP, and the page to subscribe."""
