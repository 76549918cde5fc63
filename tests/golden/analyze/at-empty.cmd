# no point
code 2
plancost analyze --at ''
