"""The two ways a run can end badly, and the exit codes they become."""


class LamoError(Exception):
    """Base of every error shown to a user; its text is one clear sentence."""

    exit_code = 3


class InputError(LamoError):
    """The input, the settings or the command line cannot be used (exit code 2)."""

    exit_code = 2


class ModelError(LamoError):
    """The model package or the engine failed (exit code 3)."""

    exit_code = 3
