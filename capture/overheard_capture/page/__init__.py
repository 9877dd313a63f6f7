"""The page: shows a run of the lab in a browser, chapter by chapter, while it goes on and afterwards."""
