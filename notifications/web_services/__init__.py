"""Web services that emails leave by, and the tokens that they and mail servers ask for."""
