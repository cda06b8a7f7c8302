"""The window: Qt and nothing else. It calls the other rooms and is called by none.

A room for each page (import_, check, recommend, review, validate, export), `help`, and below them `workers`, which work
beside the window, and `kit`, which all pages are made of. `window` and its parts hold the pages, `session` what they
show.
"""
