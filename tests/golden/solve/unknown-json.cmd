# The same for programs
plancost solve --no-bundled --for price,limit --target 'margin@50%>=20%' --json --from tests/fixtures/gaps.toml
