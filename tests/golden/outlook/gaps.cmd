# What is not known is not zero.
plancost outlook --from tests/fixtures/gaps.toml --no-bundled --at 50% --cost-decline frontier,2x
