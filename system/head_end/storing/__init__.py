"""Values into the database, fast: one module for each way that a database takes many rows."""
