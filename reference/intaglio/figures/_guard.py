"""Guard: what breaks while a record is used is the file's fault."""

from contextlib import ContextDecorator

from intaglio.errors import DecodeError, Reason


class guarded(ContextDecorator):  # noqa: N801 - a context manager, read as a verb
    """Turns whatever is raised while a record is used into a DecodeError."""

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, problem: BaseException | None, trace: object) -> None:
        if isinstance(problem, MemoryError):
            raise DecodeError(
                Reason.LIMIT_EXCEEDED, "the figure asks for more memory than there is"
            ) from problem
        if isinstance(problem, Exception) and not isinstance(problem, DecodeError):
            raise DecodeError(
                Reason.METADATA_INVALID,
                f"the figure's record cannot be used: {type(problem).__name__}: {problem!s:.200}",
            ) from problem
