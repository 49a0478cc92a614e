"""Whether what a browser sent is a drawn signature."""

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
