# the same on a terminal
terminal 80
plancost route --frontier-usd 1 --cheap-usd 0.02 --share 95% --target-saving 95% --no-bundled --from tests/fixtures/routing.toml
