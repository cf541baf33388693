"""The compiled library as one file: a checksum, a JSON head and the arrays, mapped into memory.

Written beside its final name and renamed, so that a reader sees a whole file or none.
"""

import json
import mmap
import os
import tempfile
from collections.abc import Mapping
from hashlib import file_digest, sha256
from pathlib import Path
from sys import intern
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.matching.classifier import Classifier, ConceptWeights
from bot.matching.index import Entry, Index
from bot.matching.library import Family, FamilyStatus, Library, Reference, Severity
from bot.matching.neighbours import Neighbours
from bot.matching.result import ActionCode

MAGIC = b"fanzha-library-4"
_DIGEST = 32
_ALIGN = 64

_ARRAYS = (
    "text_weights",
    "concept_weights",
    "family_weights",
    "family_concepts",
    "family_bias",
    "runs",
    "postings",
    "neighbour_starts",
    "neighbour_postings",
    "neighbour_weights",
    "neighbour_rarity",
)


class CorruptLibraryError(Exception):
    """A compiled file that is cut off, changed or of another format."""


def write_library(library: Library, path: Path) -> None:
    """Write the library so that `path` is, at any moment, a whole file or none."""
    arrays = _arrays(library)
    head = json.dumps(_head(library, arrays), ensure_ascii=False, sort_keys=True).encode()
    body = bytearray(len(head).to_bytes(8, "little") + head)
    for array in arrays.values():
        body.extend(bytes(-(len(MAGIC) + _DIGEST + len(body)) % _ALIGN))
        body.extend(array.tobytes())
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(MAGIC + sha256(body).digest())
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def read_library(path: Path) -> Library:
    """Map a compiled library. Raises CorruptLibraryError when it is not as it was written.

    Checksum and head are taken of the file as read, not of the map, whose pages would then be held.
    """
    try:
        with path.open("rb") as file:
            data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            magic, expected = file.read(len(MAGIC)), file.read(_DIGEST)
            body = file.tell()
            if magic != MAGIC:
                raise CorruptLibraryError("not a compiled library")
            if file_digest(file, "sha256").digest() != expected:
                raise CorruptLibraryError("checksum differs")
            file.seek(body)
            size = int.from_bytes(file.read(8), "little")
            head = json.loads(file.read(size))
    except (OSError, ValueError) as error:
        raise CorruptLibraryError(str(error)) from error
    return _library(head, _mapped(data, head, body + 8 + size))


def _mapped(data: mmap.mmap, head: Any, at: int) -> dict[str, NDArray[Any]]:
    arrays: dict[str, NDArray[Any]] = {}
    for name, kind, shape in head["arrays"]:
        at += -at % _ALIGN
        count = int(np.prod(shape))
        array = np.frombuffer(data, np.dtype(kind), count, at).reshape(shape)
        arrays[name] = array
        at += array.nbytes
    return arrays


def _arrays(library: Library) -> dict[str, NDArray[Any]]:
    model, index = library.classifier, library.index
    arrays = (
        model.text_weights,
        model.concept_weights.scam,
        model.family_weights,
        model.concept_weights.families,
        model.family_bias,
        index.runs,
        index.postings,
        library.neighbours.starts,
        library.neighbours.postings,
        library.neighbours.weights,
        library.neighbours.rarity,
    )
    return dict(zip(_ARRAYS, map(np.ascontiguousarray, arrays), strict=True))


def _head(library: Library, arrays: Mapping[str, NDArray[Any]]) -> dict[str, Any]:
    model = library.classifier
    return {
        "version": library.version,
        "categories": dict(library.categories),
        "families": [_family_row(family) for family in library.families.values()],
        "facts": dict(model.fact_weights),
        "neighbours": [library.neighbours.texts, library.neighbours.scams],
        "numbers": [model.bias, model.slope, model.offset],
        "family_ids": list(model.family_ids),
        "entries": [
            [entry.text, entry.key, entry.owner, entry.kind] for entry in library.index.entries
        ],
        "arrays": [[name, array.dtype.str, list(array.shape)] for name, array in arrays.items()],
    }


def _library(head: Any, arrays: Mapping[str, NDArray[Any]]) -> Library:
    bias, slope, offset = head["numbers"]
    texts, scams = head["neighbours"]
    classifier = Classifier(
        text_weights=arrays["text_weights"],
        concept_weights=ConceptWeights(arrays["concept_weights"], arrays["family_concepts"]),
        fact_weights=head["facts"],
        bias=bias,
        slope=slope,
        offset=offset,
        family_ids=tuple(head["family_ids"]),
        family_weights=arrays["family_weights"],
        family_bias=arrays["family_bias"],
    )
    entries = tuple(
        Entry(text, key, intern(owner), intern(kind)) for text, key, owner, kind in head["entries"]
    )
    families = [_family(row) for row in head["families"]]
    return Library(
        version=head["version"],
        families={family.id: family for family in families},
        categories=head["categories"],
        classifier=classifier,
        index=Index(entries, arrays["runs"], arrays["postings"]),
        neighbours=Neighbours(
            texts,
            scams,
            arrays["neighbour_starts"],
            arrays["neighbour_postings"],
            arrays["neighbour_weights"],
            arrays["neighbour_rarity"],
        ),
    )


def _family_row(family: Family) -> dict[str, Any]:
    row: dict[str, Any] = {name: getattr(family, name) for name in Family.__slots__}
    row["stages"] = {stage: list(phrases) for stage, phrases in family.stages.items()}
    row["references"] = [[item.title, item.url, item.accessed] for item in family.references]
    return row


def _family(row: dict[str, Any]) -> Family:
    row = {name: tuple(value) if isinstance(value, list) else value for name, value in row.items()}
    row["status"] = FamilyStatus(row["status"])
    row["severity"] = Severity(row["severity"])
    row["action"] = ActionCode(row["action"])
    row["stages"] = {stage: tuple(phrases) for stage, phrases in row["stages"].items()}
    row["references"] = tuple(Reference(*item) for item in row["references"])
    return Family(**row)
