"""What a change would do, before it is saved."""
