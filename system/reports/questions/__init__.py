"""Questions: user and parameters -> an answer. Each aggregates in the database; no rows of sales pass here."""
