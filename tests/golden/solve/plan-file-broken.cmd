# Plans of a file that cannot be used are missing; the others are answered
code 3
plancost solve --no-bundled --for price --target 'margin@20%>=60%' --from tests/fixtures/six.toml tests/fixtures/broken.toml
