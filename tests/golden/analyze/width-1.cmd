# figures stay whole where nothing fits
plancost analyze --no-bundled tests/fixtures/six.toml --plan claude-pro --width 1 --quiet
