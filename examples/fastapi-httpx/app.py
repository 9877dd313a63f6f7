"""An application in FastAPI that somebody logs in to."""

from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()


class Login(BaseModel):
    """What somebody logs in with."""

    user: str
    password: str


@app.post("/login")
def login(login: Login):
    """Anybody is welcome, with any password."""
    return {"welcome": login.user}
