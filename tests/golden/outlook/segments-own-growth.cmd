# A part may grow at its own pace.
plancost outlook claude-max-20x --at 5% --segment big:60%:1.2x:30% --segment mid-tier:40% --from tests/fixtures/six.toml --no-bundled
