"""What is kept: tables, migrations and the few queries."""
