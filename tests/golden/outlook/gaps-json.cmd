# Neither in a document; with --strict it is an error.
code 4
plancost outlook --from tests/fixtures/gaps.toml --no-bundled --at 50% --cost-decline 2x --years 1 --strict --json
