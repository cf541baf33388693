"""Files of a page that a browser keeps: their address changes with their content."""

from hashlib import sha256
from pathlib import Path

from fastapi.staticfiles import StaticFiles
from starlette.responses import Response
from starlette.types import Scope

KEEP = "public, max-age=31536000, immutable"


def version_of(folder: Path) -> str:
    """A short name of what a folder holds now."""
    files = sorted(path for path in folder.glob("*") if path.is_file())
    return sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:12]


class VersionedFiles(StaticFiles):
    """Static files; asked for by the version of this process they may be kept for a year."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory=directory)
        self.version = version_of(directory)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """One file."""
        response = await super().get_response(path, scope)
        if scope["query_string"] == f"v={self.version}".encode() and response.status_code < 400:
            response.headers["Cache-Control"] = KEEP
        return response
