# long help
plancost analyze --help
