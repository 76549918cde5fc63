# The meter against the flat plan, 80 columns.
terminal 80
plancost outlook claude-pro --metered 'fee=20, included=20, rate=1, take-up=60%' --dist 'lognormal(median=60, s=1.2763)' --from tests/fixtures/six.toml --no-bundled
