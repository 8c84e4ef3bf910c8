module cleura.test/e2e/crossplane-crds

go 1.26.0

require github.com/crossplane/crossplane/v2 v2.2.0
