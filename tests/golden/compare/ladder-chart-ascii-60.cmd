plancost compare --ladder 'c*' --chart --ascii --width 60 --no-bundled --from tests/fixtures/six.toml
