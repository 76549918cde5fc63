# A population of a file.
plancost budget --heads 100 --from tests/fixtures/company.toml --population acme --decimals 2
