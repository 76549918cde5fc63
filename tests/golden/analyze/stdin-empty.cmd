# nothing in it
code 3
plancost analyze --no-bundled -
