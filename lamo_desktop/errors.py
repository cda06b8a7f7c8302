"""The two ways a run can end badly, and the exit codes they become."""

LONGEST_SENTENCE = 600  # characters; a header of a hostile file may be as long as a cell


class LamoError(Exception):
    """Base of every error shown to a user; its text is one clear sentence.

    It may quote a header or a file name, so `str()` makes it safe for any terminal or log: one line without control
    characters or half characters, shortened in the middle when it is too long.
    """

    exit_code = 3

    def __str__(self) -> str:
        sentence = one_line(super().__str__())
        if len(sentence) <= LONGEST_SENTENCE:
            return sentence
        half = LONGEST_SENTENCE // 2
        return f"{sentence[:half]} … {sentence[-half:]}"


class InputError(LamoError):
    """The input, the settings or the command line cannot be used (exit code 2)."""

    exit_code = 2


class ModelError(LamoError):
    """The model package or the engine failed (exit code 3)."""

    exit_code = 3


def one_line(text: str) -> str:
    """The text with everything unprintable (line breaks, terminal codes, half characters) replaced by a mark."""
    return text if text.isprintable() else "".join(c if c.isprintable() else "\ufffd" for c in text)


def fault(error: BaseException) -> str:
    """The kind and place of a fault of ours, "KeyError in read_flat"; never its text, which might hold patient data."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    code = trace.tb_frame.f_code if trace else None
    return f"{type(error).__name__} in {code.co_qualname if code else 'an unknown place'}"


def row_fault(error: Exception) -> str:
    """Why a row is set aside that the program failed on; what is not the row's fault (memory, the file) is raised."""
    if isinstance(error, MemoryError | LamoError):
        raise error
    return f"the program failed on this row ({fault(error)}): correct the row or leave it out, and report this"
