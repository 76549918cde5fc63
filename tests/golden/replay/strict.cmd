# An answer with unknown plans, where completeness is demanded
code 4
plancost replay tests/fixtures/logs/day.csv --plans tests/fixtures/logs/plans.toml --strict -q --columns plan,fits
