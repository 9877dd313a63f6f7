"""The server and the client of the story, and how both come to trust the lab's certificate authority."""
