"""When to ask a gateway for less: what one worker knows of it, and nothing of other workers. Pure."""
