"""One child that reads files for all the tests of a process that are about something else: a start costs half a second.

It is the real process behind the real pipes. tests/imports start their own.
"""

from relance.imports.held import Child

_idle: dict[str, "Kept"] = {}


class Kept(Child):
    """A child that goes back to those that wait when its reader is done with it."""

    def end(self) -> None:
        """Keep it for the next test while it is well."""
        if self.is_idle and self.process.poll() is None:
            other = _idle.pop(self._module, None)
            _idle[self._module] = self
            if other is not None and other is not self:
                other.is_idle = False
                other.end()
            return
        super().end()

    def __init__(self, module: str) -> None:
        self._module = module
        super().__init__(module)


def taken(module: str) -> Child:
    """One that waits, else a new one."""
    child = _idle.pop(module, None)
    if child is not None and child.process.poll() is None:
        return child
    return Kept(module)


def end_all() -> None:
    """Kill those that wait."""
    while _idle:
        _module, child = _idle.popitem()
        child.is_idle = False
        child.end()
