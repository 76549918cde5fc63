plancost compare --ladder 'c*' --chart --width 80 --no-bundled --from tests/fixtures/six.toml
