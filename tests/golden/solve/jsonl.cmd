# JSON lines
plancost solve --no-bundled claude-pro --for price,api-margin --target 'margin@20%>=60%' -f jsonl --from tests/fixtures/six.toml
