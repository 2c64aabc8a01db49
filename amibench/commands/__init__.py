"""One module per group of commands; each exposes `app`."""
