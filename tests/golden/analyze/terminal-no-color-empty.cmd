# NO_COLOR that is empty counts as unset
env NO_COLOR=
terminal 80
plancost analyze --no-bundled tests/fixtures/six.toml
