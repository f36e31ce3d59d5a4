"""Imports of clients from files that operators upload.

A web server puts the file into the database in parts; a person looks at its first rows and starts it; any
worker takes it, and any other goes on where that one died. The work itself is `importing`'s.
"""
