"""How the tables came to be, one intent each."""
