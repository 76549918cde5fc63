# factors at 60 columns
plancost route --workload coding --migrate nw-small --migrate kestrel --input-factor 1.12 --output-factor 1.6 --cache-hits 70% --tries 1.25 --width 60 --no-bundled --from tests/fixtures/routing.toml
