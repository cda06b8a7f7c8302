"""Work beside the window: in a thread or in a process, with progress and cancel."""
