"""Saying why weights cannot be converted."""


class Refusal(Exception):
    """Why a file cannot be converted, in one line."""


def by(shape):
    return " × ".join(str(extent) for extent in shape)


def listed(names):
    """The first names of many."""
    names = list(names)
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
