plancost compare claude-pro chatgpt-plus chatgpt-pro-20x --chart --width 80 --no-bundled --from tests/fixtures/six.toml
