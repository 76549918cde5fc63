# a pipe is not fitted, but a picture has a width
plancost analyze --chart --plan claude-pro --no-bundled tests/fixtures/six.toml
