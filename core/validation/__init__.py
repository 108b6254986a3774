"""Turn pydantic's findings on a TOML file into sentences with line, key and remedy."""
