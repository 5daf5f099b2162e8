"""Stage 3 of the pipe: messages become one turn at a time, answered once."""
