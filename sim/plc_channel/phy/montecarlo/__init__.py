"""Symbol-level Monte Carlo: what the error tables come from; never run by a world."""
