"""Reports for people and programs: text with and without colour, tables, hex dumps, pictures, SARIF and JUnit.

Reports are made only from what is passed in; nothing in here reads anything else.
"""
