"""Questions: what is due, what came, what is wrong now."""
