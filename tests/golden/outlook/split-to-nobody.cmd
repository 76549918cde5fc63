# An add-on that is never worth its fee.
plancost outlook claude-pro --split-frontier 'share=50%, sold=add-on, fee=20' --from tests/fixtures/six.toml --no-bundled
