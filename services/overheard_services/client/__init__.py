"""The Secret Squirrels' client: `requests`, for one request or for all scenarios of the story."""
