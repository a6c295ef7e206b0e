"""Keep what templates were compiled to: a process that makes pack after pack compiles each once."""

from __future__ import annotations

from types import CodeType

from jinja2.bccache import Bucket, BytecodeCache

Place = tuple[object, ...]


class CompiledTemplates(BytecodeCache):
    """The code of every template that was used, by its name, its file and its text: a template
    that was edited meanwhile is compiled anew."""

    def __init__(self) -> None:
        self._kept: dict[Place, CodeType | None] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill ``bucket`` where its template has been compiled before."""
        bucket.code = self._kept.get(_place(bucket))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what ``bucket`` was compiled to."""
        self._kept[_place(bucket)] = bucket.code

    def clear(self) -> None:
        """Forget all templates."""
        self._kept.clear()


def _place(bucket: Bucket) -> Place:
    """Jinja runs a filter on a constant while it compiles: pack and mail, which have filters of
    the same name, do not share what came of it."""
    modules = {
        name: str(getattr(found, "__module__", ""))
        for name, found in bucket.environment.filters.items()
    }
    own = sorted(f"{name}={home}" for name, home in modules.items() if home.startswith("kpixl."))
    return bucket.key, bucket.checksum, type(bucket.environment), *own


COMPILED = CompiledTemplates()
"""The templates of this process."""
