# long help
plancost schema --help
