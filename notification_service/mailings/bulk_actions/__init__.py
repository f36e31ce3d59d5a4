"""One thing done to all clients of a filter: a tag given or taken away, or deletion.

A person or a program requests it; a worker lists the clients and changes them step by step, and another
continues where that one died. Tags can be undone as long as the steps are kept.
"""
