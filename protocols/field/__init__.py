"""Messages that no standard fixes and several rooms speak, each with its version."""
