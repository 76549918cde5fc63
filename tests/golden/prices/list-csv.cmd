# a file of another project as CSV
plancost prices list tests/data/prices/models-dev.json --no-bundled -f csv
