"""What a browser sent of a signature: whether it is drawn, and whose it is."""

import base64
import binascii

PICTURES = (b"\x89PNG", b"\xff\xd8")


def is_signature(text):
    """Whether ``text`` is a picture in base64; anything can be sent."""
    try:
        content = base64.b64decode(text or "", validate=True)
    except (TypeError, ValueError, binascii.Error):
        return False
    return content.startswith(PICTURES)


def plain_text(value):
    """Return ``value`` as text that PostgreSQL keeps, without NUL; empty if it is none."""
    return value.replace("\x00", "").strip() if isinstance(value, str) else ""
