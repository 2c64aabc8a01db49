"""Storage of reading values, fast: one dialect for each database that takes many rows in its own way."""
