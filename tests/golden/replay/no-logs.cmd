# Nothing in the usual places
code 3
plancost replay 
