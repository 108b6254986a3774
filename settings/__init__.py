"""config.toml and the environment, checked and typed."""
