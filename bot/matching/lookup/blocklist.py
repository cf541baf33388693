"""Addresses and files that officers have seen at work: they count whatever they look like."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Blocklist:
    """What is blocked now, each with its reason: domains with all below them, files by SHA-256."""

    domains: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    files: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def reason_for_host(self, host: str) -> str | None:
        """Why a host, or a domain it lies below, is blocked; None where it is not."""
        parts = host.split(".")
        names = (".".join(parts[start:]) for start in range(len(parts)))
        return next((self.domains[name] for name in names if name in self.domains), None)

    def reason_for_file(self, digest: str) -> str | None:
        """Why a file of that SHA-256 (hexadecimal) is blocked."""
        return self.files.get(digest.lower())


NOTHING_BLOCKED = Blocklist()
