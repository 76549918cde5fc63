# long help
plancost --help
