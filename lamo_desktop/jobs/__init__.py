"""The job on disk: its file and log, marks, encryption, and the run that fills it and can go on after a kill."""
