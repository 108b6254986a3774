"""How a composed email leaves: claim, freeze, hand over, mark."""
