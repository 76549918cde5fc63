# CLICOLOR_FORCE colours a pipe
env CLICOLOR_FORCE=1
plancost analyze --no-bundled tests/fixtures/six.toml
