"""The company in which most stories begin.

To make a company with its people and its chart of accounts takes longer than most stories. It is
committed once by a process, so that every class begins with the same one in a transaction of its
own; it is deleted when the process ends.
"""

import atexit
from unittest.mock import patch

from freezegun import freeze_time
from passlib.context import CryptContext

from odoo import SUPERUSER_ID, api

from .committed_rows import delete_rows, newest_rows

# What it holds does not hang on the day on which the tests run, or on that of the first story.
MADE_ON = "2026-01-01 09:00:00"
QUICK_PASSWORDS = CryptContext(["pbkdf2_sha512"], pbkdf2_sha512__rounds=1)
CRYPT_CONTEXT = "odoo.addons.base.models.res_users.ResUsersPatchedInTest._crypt_context"

_made = {}


def shared_company(registry, make):
    """Return ``{name: records}`` as ids of models, which ``make(env)`` has returned once."""
    if registry.db_name not in _made:
        before = newest_rows(registry)
        _made[registry.db_name] = _commit(registry, make)
        atexit.register(delete_rows, registry, before, newest_rows(registry))
    return _made[registry.db_name]


def _commit(registry, make):
    passwords = patch(CRYPT_CONTEXT, lambda self: QUICK_PASSWORDS)
    with freeze_time(MADE_ON), passwords, registry.cursor() as cr:
        found = make(api.Environment(cr, SUPERUSER_ID, {}))
        ids = {name: (records._name, records.ids) for name, records in found.items()}
    registry.clear_all_caches()
    return ids
