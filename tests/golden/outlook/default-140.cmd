# All plans at the named paces, 140 columns.
terminal 140
plancost outlook --from tests/fixtures/six.toml --no-bundled
