# A time zone that does not exist
code 2
plancost replay tests/fixtures/logs/day.csv --tz Mars/Base
