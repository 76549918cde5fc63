# PLANCOST_FORMAT must name a format
env PLANCOST_FORMAT=xml
code 2
plancost analyze --no-bundled tests/fixtures/six.toml
