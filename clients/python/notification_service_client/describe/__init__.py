"""Each request of the API, described once for both clients."""
