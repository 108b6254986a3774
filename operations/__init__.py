"""What people change."""
