"""The Secret Squirrels' client: `requests`, alone or walking the scenarios of the story."""
