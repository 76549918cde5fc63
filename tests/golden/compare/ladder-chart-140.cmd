plancost compare --ladder 'c*' --chart --width 140 --no-bundled --from tests/fixtures/six.toml
