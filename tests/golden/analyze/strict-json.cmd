# the code does not depend on the format
code 4
plancost analyze --no-bundled tests/fixtures/gaps.toml --strict --json --plan orbit/secret --at 1
