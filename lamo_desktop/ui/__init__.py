"""The window: Qt and nothing else. It calls the other rooms and is called by none."""
