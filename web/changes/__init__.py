"""The page of what changed, and where each change leads."""
