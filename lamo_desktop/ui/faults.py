"""What may be said about a fault of ours: its kind and place, never its text, which might hold patient data."""


def fault(error: BaseException) -> str:
    """For example "KeyError in read_flat"."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    code = trace.tb_frame.f_code if trace else None
    return f"{type(error).__name__} in {code.co_qualname if code else 'an unknown place'}"
