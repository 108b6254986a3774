"""Calendar feeds: their events, texts and sequence numbers."""
