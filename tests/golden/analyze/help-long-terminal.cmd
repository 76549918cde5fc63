# long help in a narrow terminal
env NO_COLOR=1
terminal 60
plancost analyze --help
