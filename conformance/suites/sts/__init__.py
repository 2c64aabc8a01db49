"""STS decoder: a token at the keypad or at the gateway, and what the meter makes of it (IEC 62055-41)."""
