"""Verdicts in words and pictures for people: tables and hex dumps, with colour and without.

A promise: these make text out of what they are given, and look at nothing else.
"""
