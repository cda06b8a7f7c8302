"""The page Export: the files that leave the program."""
