"""A model in use, watched: are its rows still like those of training, does it keep what was promised."""

NOT_AS_BEFORE = 3  # the exit status: 1 is a mistake, 2 a wrong option
