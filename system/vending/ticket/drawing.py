"""A ticket as a picture of the 58 mm roll, and as a PDF receipt; typst draws both."""

import io
import json
from typing import Any

import qrcode
import qrcode.image.svg
import typst

from system.vending.ticket.layout import Ticket

_ROLL = """
#let data = json(bytes(sys.inputs.data))
#set page(width: 58mm, height: auto, margin: 3mm, fill: white)
#set text(font: ("DejaVu Sans Mono",), size: 7.6pt, lang: "es")
#set par(leading: 0.35em, spacing: 0.35em)
#set document(title: "Tiquete")
#for line in data.lines {
  let body = if line.style == "title" { text(size: 15.2pt, weight: "bold", line.text) }
    else if line.style == "token" { text(size: 15.2pt, weight: "bold", line.text) }
    else if line.style == "bold" { text(weight: "bold", line.text) }
    else { line.text }
  // blanks hold the columns
  block(width: 100%, spacing: 0.45em, align(if line.centred { center } else { left }, body))
}
#align(center, image(bytes(data.code), format: "svg", width: 26mm, alt: "Código con los dígitos del token"))
"""
_RECEIPT = """
#let data = json(bytes(sys.inputs.data))
#set page(width: 140mm, height: 216mm, margin: 14mm)
#set text(font: ("DejaVu Sans", "Libertinus Serif"), size: 9.5pt, lang: "es")
#set document(title: "Recibo de recarga " + data.number)
#text(size: 15pt, weight: "bold", data.provider) #h(1fr) #text(size: 11pt)[Recibo #data.number]
#line(length: 100%, stroke: 0.6pt)
#if data.test { align(center, text(size: 14pt, weight: "bold")[PRUEBA: no sirve en ningún medidor real]) }
#for token in data.tokens {
  align(center)[
    #token.name \\
    #text(font: "DejaVu Sans Mono", size: 20pt, weight: "bold", token.digits)
  ]
}
#v(4pt)
#set par(leading: 0.5em)
#for line in data.lines { raw(line); linebreak() }
#v(1fr)
#align(center, image(bytes(data.code), format: "svg", width: 30mm, alt: "Código con los dígitos del token"))
"""
_DOTS_PER_INCH = 203.0  # what such printers print


def picture_png(ticket: Ticket) -> bytes:
    """The ticket as it will come out of the printer, PNG."""
    data = {
        "lines": [
            {"text": _unbroken(line.text), "style": line.style.value, "centred": line.centred}
            for line in ticket.lines
        ],
        "code": _code(ticket.code),
    }
    return _compiled(_ROLL, data, format="png", ppi=_DOTS_PER_INCH)


def receipt_pdf(ticket: Ticket, *, provider: str, number: str, tokens: list[tuple[str, str]]) -> bytes:
    """The same on a page, PDF.

    Args:
        ticket: what it says.
        provider: on top.
        number: of the ticket.
        tokens: name and grouped digits of each.
    """
    rest = [_unbroken(line.text) for line in ticket.lines if line.style.value not in ("title", "token")]
    data = {
        "provider": provider,
        "number": number,
        "test": ticket.test,
        "tokens": [{"name": name, "digits": digits} for name, digits in tokens],
        "lines": rest,
        "code": _code(ticket.code),
    }
    return _compiled(_RECEIPT, data, format="pdf")


def _unbroken(text: str) -> str:
    """Blanks that typst does not join into one."""
    return text.replace(" ", "\u00a0")


def _code(text: str) -> str:
    made = io.BytesIO()
    qrcode.make(text, image_factory=qrcode.image.svg.SvgPathImage, border=1).save(made)
    return made.getvalue().decode()


def _compiled(source: str, data: Any, **how: Any) -> bytes:
    # as data, never as markup: what a customer is called stays text
    drawn = typst.compile(source.encode(), sys_inputs={"data": json.dumps(data)}, **how)
    return bytes(drawn[0]) if isinstance(drawn, list) else bytes(drawn)
