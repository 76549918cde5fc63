# All plans at the named paces, 60 columns.
terminal 60
plancost outlook --from tests/fixtures/six.toml --no-bundled
