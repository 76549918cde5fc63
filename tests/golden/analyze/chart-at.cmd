# as far as the utilization that was asked for
plancost analyze --chart --at 10%,150% --width 80 --plan chatgpt-plus --no-bundled tests/fixtures/six.toml
