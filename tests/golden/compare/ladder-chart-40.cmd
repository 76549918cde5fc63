plancost compare --ladder 'c*' --chart --width 40 --no-bundled --from tests/fixtures/six.toml
