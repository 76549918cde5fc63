# a plan file to start from
plancost schema example
