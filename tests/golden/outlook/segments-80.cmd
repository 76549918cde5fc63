# Frontier and mid tier apart: what stays decides.
terminal 80
plancost outlook claude-max-20x --at 5%,10%,20% --segment frontier:60% --segment mid-tier:40% --from tests/fixtures/six.toml --no-bundled
