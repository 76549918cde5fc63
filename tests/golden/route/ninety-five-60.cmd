# the same at 60 columns
plancost route --frontier-usd 1 --cheap-usd 0.02 --share 95% --target-saving 95% --width 60
