# an API below cost
plancost analyze --no-bundled tests/fixtures/six.toml --api-margin -0.5 --plan claude-pro
