"""The ticket of a sale: one model, three faces.

model.py     Ticket: lines of 32 columns, styled; `ticket_of(sale, copy)`
printer.py   bytes for a 58 mm thermal printer (ESC/POS)
picture.py   the same as a picture, and the receipt as a PDF
"""

from system.vending.ticket.model import Ticket, TicketLine, ticket_of

__all__ = ["Ticket", "TicketLine", "ticket_of"]
