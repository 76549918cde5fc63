# no line is a workflow command
env GITHUB_ACTIONS=true
plancost analyze --no-bundled tests/fixtures/names.toml --columns name,plan --group vendor --quiet
