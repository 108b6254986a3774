"""Reading a request: who, which Board, forms, queries, dates."""
