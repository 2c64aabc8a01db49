"""Questions: they read, and change nothing."""
