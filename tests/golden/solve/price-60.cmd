# The same on a narrow terminal: columns go, the proof stays
terminal 60
plancost solve --no-bundled claude-max-20x --for price --target 'margin@20%>=60%' --from tests/fixtures/six.toml
