"""The ticket of a sale: one model, three faces. All but `of_sale` know no database: terminals print the same.

facts.py     TicketFacts: what a ticket tells, whoever sold
model.py     Ticket: lines of 32 columns, styled; `lay_out(facts, copy)`
of_sale.py   `ticket_of(sale, copy)`: the ticket of a sale in the books
printer.py   bytes for a 58 mm thermal printer (ESC/POS)
picture.py   the same as a picture, and the receipt as a PDF
"""

from system.vending.ticket.layout import Ticket, TicketLine, lay_out

__all__ = ["Ticket", "TicketLine", "lay_out"]
