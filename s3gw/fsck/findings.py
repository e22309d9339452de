"""What a check may find, what it means for whoever runs the store, and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Severity(StrEnum):
    """How bad a finding is."""

    DAMAGE = "damage"
    """Bytes are lost, or cannot be read."""
    RISK = "risk"
    """Everything can be read, but less stands between the store and a loss than should."""
    LEAK = "leak"
    """Space is taken by what nothing needs."""
    NOTE = "note"
    """Normal after crashes or while jobs are behind; no reason for an exit status of 1."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of findings."""

    severity: Severity
    meaning: str
    advice: str


_RESTORE = "restore the objects from elsewhere, or the metadata from a backup"
_REPAIR = "`s3gw fsck --repair` has the job `repair` make it anew"
_COLLECT = "`s3gw fsck --repair` queues it for the job `collect`, which judges it again and removes it"

KINDS = {
    "chunk-lost": Kind(
        Severity.DAMAGE,
        "No copy of the pack has these bytes any more; objects that need them break off when they are read.",
        "`s3gw fsck --rebuild` looks for the bytes in packs that no row names; otherwise upload the objects "
        "again (equal bytes mend all objects that share them once the damaged ones are deleted), or restore "
        "the missing files of the backend",
    ),
    "chunk-unneeded": Kind(
        Severity.NOTE,
        "No copy of the pack has these bytes any more, and no version or part needs them.",
        "the job `collect` removes their rows when the margins are over",
    ),
    "chunk-unsure": Kind(
        Severity.RISK,
        "No copy that could be reached has these bytes; further ones are on backends that do not answer.",
        "bring the backends back and check again",
    ),
    "pack-without-copy": Kind(
        Severity.DAMAGE,
        "No row says where the pack is, so its chunks cannot be read.",
        "`s3gw fsck --rebuild` finds it where its file still is",
    ),
    "copy-missing": Kind(Severity.RISK, "A file is gone that a row names.", _REPAIR),
    "copy-short": Kind(Severity.RISK, "A file is shorter than what was acknowledged to be in it.", _REPAIR),
    "copy-damaged": Kind(
        Severity.RISK, "Frames that are in use are not in this copy as they should be.", _REPAIR
    ),
    "copy-unread": Kind(
        Severity.RISK,
        "A backend did not answer, so nothing is known of this copy.",
        "check again when it does",
    ),
    "copy-mended": Kind(
        Severity.NOTE,
        "The copy is noted as damaged, and is whole.",
        "`s3gw fsck --read --repair` notes that it is whole",
    ),
    "copies-too-few": Kind(Severity.RISK, "The pack has fewer copies than `replicas` wants.", _REPAIR),
    "copy-unfinished": Kind(Severity.LEAK, "The making of a copy broke off, and nobody knows.", _REPAIR),
    "manifest-broken": Kind(
        Severity.DAMAGE,
        "The list of the chunks of a body is not whole, so objects cannot be read to their end.",
        f"{_RESTORE}: it names chunks by the numbers of their rows, which packs do not know, so `--rebuild` "
        "does not mend it",
    ),
    "body-wrong": Kind(
        Severity.DAMAGE, "A version or part is not what its row says, and cannot be relied on.", _RESTORE
    ),
    "chunk-impossible": Kind(
        Severity.DAMAGE, "The row of a chunk points where no chunk can be, so it cannot be read.", _RESTORE
    ),
    "key-lost": Kind(
        Severity.DAMAGE,
        "What is encrypted by a data key that cannot be opened is lost with it: neither this check nor "
        "anybody else can read it.",
        "give the master key that has sealed it (S3GW_MASTER_KEY, or the file master-key of the data "
        "directory), or bring back missing data keys by `s3gw kms import` from what `s3gw kms export` wrote",
    ),
    "inline-damaged": Kind(
        Severity.DAMAGE,
        "The bytes of a small object, in the database, are not those of its digest.",
        _RESTORE,
    ),
    "manifest-leaked": Kind(Severity.LEAK, "Nothing refers to it, and it waits for no job.", _COLLECT),
    "chunk-leaked": Kind(Severity.LEAK, "Nothing refers to it, and it waits for no job.", _COLLECT),
    "pack-leaked": Kind(Severity.LEAK, "Nothing is in it, and it waits for no job.", _COLLECT),
    "pieces-leaked": Kind(
        Severity.LEAK,
        "No version or part names this list of pieces, which keeps what the pieces are of.",
        "`s3gw fsck --repair` puts it into the trash, which is dropped after the margin for readers",
    ),
    "pack-unsealed": Kind(
        Severity.LEAK,
        "A pack that nobody writes was never sealed, so neither scrub nor compaction look at it.",
        "`s3gw fsck --repair` has the job `collect` seal it",
    ),
    "numbers-behind": Kind(
        Severity.RISK,
        "A sequence would give out a number that is in use: uploads would fail, or two packs have one id.",
        "`s3gw fsck --repair` lets it go on behind",
    ),
    "overdue": Kind(
        Severity.NOTE,
        "Background jobs are behind: rows have waited for them for an hour more than their margin.",
        "see `s3gw jobs`: a gateway must run, and the jobs not be paused",
    ),
    "file-unnamed": Kind(
        Severity.NOTE,
        "Files that no row names: what a crash left, or what was written after the backup that was restored.",
        "the job `sightings` removes them when it has seen them twice; before that `s3gw fsck --rebuild` "
        "takes back what is in them",
    ),
    "file-foreign": Kind(
        Severity.NOTE,
        "Files of another store lie there; they are neither read nor removed.",
        "see whether this is the right database",
    ),
}


@dataclass(slots=True)
class Finding:
    """One thing that is not as it should be."""

    kind: str
    subject: str
    """What it is about: "pack 12, copy 5f… on local"."""
    what: str
    """What was found of it."""
    objects: Sequence[str] = ()
    """Versions that cannot be read because of it, as s3://bucket/key (version id)."""
    mended: bool = False
    """Whether what can be done about it was done."""
    ids: Sequence[int] = field(default=(), repr=False)
    """Ids of rows that mending takes."""

    @property
    def about(self) -> Kind:
        """What that kind of finding means."""
        return KINDS[self.kind]

    @property
    def counts(self) -> bool:
        """Whether the store is not all right because of it."""
        return not self.mended and self.about.severity is not Severity.NOTE
