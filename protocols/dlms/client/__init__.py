"""Client side of an association, sans-io: calls give APDUs to send, received APDUs give events.

connection    `ClientConnection`: one association, its general block transfer
association   its request, with security; the check of the answer
calls         GET, SET, ACTION, ACCESS as the user asks for them
requests      the APDU of each call, and the exchange under way
answers       the event of each answer
events        the events, and the table of states
"""
