# migration as JSON
plancost route max --workload mixed --migrate kestrel --migrate v3=0.28/0.42 --tries 1.25 --target-saving 50% --json --no-bundled --from tests/fixtures/routing.toml
