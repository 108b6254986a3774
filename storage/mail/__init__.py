"""Messages, and the rows that they carry: the ledger, overviews and requests."""
