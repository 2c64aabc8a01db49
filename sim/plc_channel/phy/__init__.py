"""Physical layer of PRIME: airtimes, error rates, and the tool that makes its tables."""
