"""Feeds, and what was last said in them."""
