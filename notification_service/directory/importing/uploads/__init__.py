"""Imports of clients from files that operators upload.

A web server puts the file into the database in parts. A person checks its first rows and starts it. Any
worker imports it, and any other continues where that one died. `importing` does the work itself.
"""
