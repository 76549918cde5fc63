# All plans at the named paces, 80 columns.
terminal 80
plancost outlook --from tests/fixtures/six.toml --no-bundled
