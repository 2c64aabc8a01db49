"""Questions about terminals: they read, and change nothing."""
