"""Signing in to the console: by password, by a second factor, by an OpenID Connect provider."""
