"""Questions: user and parameters -> an answer. Each adds up in the database; sales do not pass one by one."""
