"""The QR code of a ticket."""

import segno


def qr_code(text: str) -> str:
    """An address `data:image/svg+xml...`: no script, no file, sharp on paper. Error correction Q: a quarter of it may
    be dirty or under a thumb."""
    code = segno.make(text, error="q", micro=False)
    return str(code.svg_data_uri(scale=6, border=4, dark="#000", light="#fff", nl=False))
