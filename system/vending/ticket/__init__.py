"""The ticket of a sale: one layout, three faces; no database, so that terminals print the same.

layout.py   TicketFacts, Ticket: lines of 32 columns, styled; `lay_out(facts, copy)`
escpos.py   octets for a 58 mm thermal printer (ESC/POS)
drawing.py  the same as a picture, and the receipt as a PDF

The ticket of a sale in the books: `system.vending.services.tickets`.
"""

from system.vending.ticket.layout import Ticket, TicketLine, lay_out

__all__ = ["Ticket", "TicketLine", "lay_out"]
