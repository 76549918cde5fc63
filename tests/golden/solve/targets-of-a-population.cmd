# Every form of target of a population
plancost solve --no-bundled claude-max-20x --for price,allowance,utilization,api-margin --dist 'beta(2,6)' --target 'mean-margin>=20%' --target 'mean-profit>=0' --target 'mean-serving<=50%' --target 'margin@mean>=1/5' --from tests/fixtures/six.toml
