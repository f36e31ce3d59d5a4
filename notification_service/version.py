VERSION = "0.2.0"  # as pyproject.toml and CHANGELOG.md say; a wheel and the image have neither
