# Every form of target of one subscriber
plancost solve --no-bundled claude-max-20x --for price --target 'margin@20%>=60%' --target 'profit@20%>=50' --target 'serving@20%<=50%' --target 'break-even>=20%' --target 'worst-case>=0' --target 'worst-case-profit>=-100' --target 'worst-case-margin>=-1' --target 'worst-case-serving<=3/4' --from tests/fixtures/six.toml
