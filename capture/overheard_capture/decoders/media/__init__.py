"""Media: images, fonts, audio and video. Their containers are walked; metadata is read, and sample data is counted."""
