"""The composition root: settings → data directory → database → store → server, and their end in reverse."""

from __future__ import annotations

from s3gw.app.adoption import add_backend
from s3gw.app.data_directory import Credentials, DataDirectory
from s3gw.app.foundation import address_of_database, database, masters_of, new_database, open_places, storage
from s3gw.app.gateway import serve
from s3gw.app.masters import change as change_master
from s3gw.app.masters import keys_of, reseal, to_seal

__all__ = [
    "Credentials",
    "DataDirectory",
    "add_backend",
    "address_of_database",
    "change_master",
    "database",
    "keys_of",
    "masters_of",
    "new_database",
    "open_places",
    "reseal",
    "serve",
    "storage",
    "to_seal",
]
