"""Why a build cannot go on, in one sentence for the person who ran it."""


class BuildError(Exception):
    """What failed, where, what was expected, what came, and the next step."""
