# All plans at the named paces, 40 columns: each pace has a line of its own.
terminal 40
plancost outlook --from tests/fixtures/six.toml --no-bundled
