# the columns of a migration
plancost route --migrate kestrel --columns help
