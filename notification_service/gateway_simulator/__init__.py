"""A stand-in for the external SMS gateway: a real HTTP server with faults on demand.

It imports nothing of the product and nothing of the product imports it.
"""
