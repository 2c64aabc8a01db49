"""Client side of an association, sans-io: calls give APDUs to send, received APDUs give events."""
