"""The states of an order: a table of transitions, and the one place that makes them."""
