"""The server and the client of the story, and how both enrol with the lab's certificate authority."""
