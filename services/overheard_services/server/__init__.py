"""The Secret Squirrels' server: a Flask application under gunicorn, over HTTP or HTTPS."""
