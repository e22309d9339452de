"""What S3 is, as simply as it can be said: buckets of versions of keys, in memory, one step at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

NULL = "null"


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a key; `data` is None for a delete marker."""

    id: str
    data: bytes | None
    metadata: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    etag: str = ""


@dataclass
class Upload:
    """A multipart upload in progress."""

    bucket: str
    key: str
    metadata: Mapping[str, str]
    parts: dict[int, bytes] = field(default_factory=dict)
    etags: dict[int, str] = field(default_factory=dict)


@dataclass
class Bucket:
    """Keys with their versions, the newest first."""

    versioning: str | None = None
    keys: dict[str, list[Version]] = field(default_factory=dict)

    def current(self, key: str) -> Version | None:
        """What GET finds; None where there is nothing, or a delete marker."""
        versions = self.keys.get(key)
        return None if not versions or versions[0].data is None else versions[0]

    def version(self, key: str, version_id: str) -> Version | None:
        """What that id names."""
        return next((one for one in self.keys.get(key, []) if one.id == version_id), None)

    def put(self, key: str, version: Version) -> None:
        """It becomes current; the null version is replaced where no other can be made."""
        if self.versioning != "Enabled":
            version = replace(version, id=NULL)
            self._forget(key, NULL)
        self.keys.setdefault(key, []).insert(0, version)

    def delete(self, key: str, marker_id: str) -> None:
        """As DELETE without a version does."""
        if self.versioning is None:
            self.keys.pop(key, None)
        else:
            self.put(key, Version(marker_id, None))

    def delete_version(self, key: str, version_id: str) -> None:
        """For good; the next one takes its place."""
        self._forget(key, version_id)

    def change(self, key: str, version_id: str, changed: Version) -> None:
        """Put another in the place of a version."""
        versions = self.keys[key]
        versions[[one.id for one in versions].index(version_id)] = changed

    def listed(self, prefix: str, delimiter: str | None) -> tuple[list[tuple[str, int]], list[str]]:
        """Keys with sizes, and common prefixes."""
        found: list[tuple[str, int]] = []
        folders: list[str] = []
        for key in sorted(self.keys, key=str.encode):
            version = self.current(key)
            if version is None or version.data is None or not key.startswith(prefix):
                continue
            rest = key[len(prefix) :]
            if delimiter is not None and delimiter in rest:
                folder = prefix + rest[: rest.index(delimiter) + len(delimiter)]
                if folder not in folders:
                    folders.append(folder)
            else:
                found.append((key, len(version.data)))
        return found, folders

    def all_versions(self) -> list[tuple[str, str, bool, int | None]]:
        """Key, id, whether it is the latest, and size, as ListObjectVersions tells."""
        return [
            (key, one.id, place == 0, None if one.data is None else len(one.data))
            for key in sorted(self.keys, key=str.encode)
            for place, one in enumerate(self.keys[key])
        ]

    def _forget(self, key: str, version_id: str) -> None:
        left = [one for one in self.keys.get(key, []) if one.id != version_id]
        if left:
            self.keys[key] = left
        else:
            self.keys.pop(key, None)
