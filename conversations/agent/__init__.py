"""Stage 4 of the pipe: what the model is told, how it is asked, and what it may answer. Only ``factory`` and ``runner``
import Agno, and only when a turn is run."""
