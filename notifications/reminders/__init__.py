"""Which reminder is due to whom: deciding and composing."""
