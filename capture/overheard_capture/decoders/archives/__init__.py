"""Archives: ZIP, member by member."""
