"""When to ask a gateway for less: what one worker knows about it, without other workers. Pure."""
