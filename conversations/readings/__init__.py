"""What files say: voice notes transcribed, texts of PDFs, pictures described.

``expecting`` writes the rows, in the transaction that stores the message, and says when the file is here or never will
be. ``stage`` has them read: ``hearing`` a voice note (``transcription`` asks the model, ``doubts`` decides whether to
believe it), ``documents`` a PDF, ``pictures`` an image. ``settling`` gives the words to the conversation.
"""

# What a message keeps of its file (``Message.media``): how reading it ended, and words that are not the sender's.
STATE, WORDS = "leitura", "lido"
