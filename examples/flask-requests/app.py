"""An application in Flask that somebody logs in to."""

from flask import Flask, request

app = Flask(__name__)


@app.post("/login")
def login():
    """Anybody is welcome, with any password."""
    return f"welcome, {request.form['user']}"
