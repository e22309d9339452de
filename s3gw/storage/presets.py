"""Chunking presets: how a bucket's objects are cut, by the name that the bucket keeps.

A preset's numbers are part of what deduplicates: changing one makes nothing stored before match again, so a
name keeps its numbers for ever. `s3gw.config.CHUNKINGS` says which of them are offered to users.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

import pyfastcdc

from s3gw.errors import ConfigError

KIB = 1 << 10
MIB = 1 << 20


class Cut(Protocol):
    """A chunk that FastCDC found; `length` in bytes."""

    length: int


class Cutter(Protocol):
    """FastCDC with fixed sizes. Not for use by two threads at once."""

    def cut_buf(self, buf: memoryview) -> Iterator[Cut]:
        """The chunks of a buffer; the last of them ends with the buffer."""
        ...


@dataclass(frozen=True, slots=True)
class Preset:
    """Sizes in bytes. Content-defined where `minimum < maximum`, otherwise cut every `maximum` bytes.

    `average` is FastCDC's parameter: where the easier mask begins. Random data averages about
    `average + minimum / 2`.
    """

    name: str
    minimum: int
    average: int
    maximum: int
    normalization: Literal[0, 1, 2, 3] = 1

    @property
    def content_defined(self) -> bool:
        """Whether FastCDC cuts, rather than the ruler."""
        return self.minimum < self.maximum

    def cutter(self) -> Cutter:
        """A new FastCDC v2020. Raises ConfigError where only its slow fallback is installed."""
        require_native_fastcdc()
        cutter: Cutter = pyfastcdc.FastCDC(
            self.average,
            min_size=self.minimum,
            max_size=self.maximum,
            normalized_chunking=self.normalization,
        )
        return cutter


def require_native_fastcdc() -> None:
    """Raise ConfigError unless pyfastcdc runs compiled: its Python fallback is three hundred times slower."""
    module = pyfastcdc.FastCDC.__module__
    if not module.startswith("pyfastcdc.cy"):
        raise ConfigError(
            "pyfastcdc was installed without its compiled extension, which would cut at a few MB/s; "
            "install a wheel of pyfastcdc for this platform, or a C compiler before installing it"
        )


def _cdc(name: str, minimum: int, average: int, maximum: int) -> Preset:
    return Preset(name, minimum, average, maximum)


def _fixed(name: str, size: int) -> Preset:
    return Preset(name, size, size, size)


PRESETS: Mapping[str, Preset] = {
    preset.name: preset
    for preset in (
        _cdc("cdc-256k", 64 * KIB, 256 * KIB, 1 * MIB),
        _cdc("cdc-64k", 16 * KIB, 64 * KIB, 256 * KIB),
        _cdc("cdc-1m", 256 * KIB, 1 * MIB, 4 * MIB),
        _cdc("cdc-4m", 256 * KIB, 4 * MIB, 8 * MIB),
        _fixed("fixed-4m", 4 * MIB),
        _fixed("fixed-64k", 64 * KIB),
        _fixed("fixed-8k", 8 * KIB),
    )
}
