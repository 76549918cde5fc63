# churn needs a mean use
code 2
plancost analyze --churn 5%
