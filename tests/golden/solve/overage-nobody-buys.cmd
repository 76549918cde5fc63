# Nobody wants more than the plan grants
code 1
plancost solve --no-bundled claude-max-20x --for overage --dist 'discrete(100%: 50%)' --target 'mean-margin>=0' --from tests/fixtures/six.toml
