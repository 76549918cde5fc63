# nothing to compare with
code 2
plancost compare claude-pro
