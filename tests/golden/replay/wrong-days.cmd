# Days in the wrong order
code 2
plancost replay tests/fixtures/logs/day.csv --from 2026-03-05 --to 2026-03-01
