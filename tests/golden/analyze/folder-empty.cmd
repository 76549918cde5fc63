# no plan file in it
code 3
plancost analyze --no-bundled tests/golden/top --quiet
