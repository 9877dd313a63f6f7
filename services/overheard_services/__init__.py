"""The server, the gallery, the interceptor and the client of the story.

Server and client enrol with the lab's certificate authority; the other two have authorities of their own.
"""
