"""What a method of ours is doing to records right now, for checks that it is to pass.

The mark lives on the cursor, where no client can set it; a context key could be sent.
"""

from contextlib import contextmanager


@contextmanager
def marked(records, key):
    """Mark ``records`` under ``key`` as long as the block runs; what is marked already stays so."""
    ids = records.env.cr.cache.setdefault(key, set())
    added = set(records.ids) - ids
    ids |= added
    try:
        yield
    finally:
        ids -= added


def marked_ids(env, key):
    """Return the ids that are marked under ``key``."""
    return env.cr.cache.get(key) or set()
