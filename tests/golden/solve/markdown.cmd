# For a document
plancost solve --no-bundled claude-pro claude-max-20x --for price,limit --target 'margin@20%>=60%' -f markdown --from tests/fixtures/six.toml
