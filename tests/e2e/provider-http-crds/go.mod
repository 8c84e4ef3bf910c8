module cleura.test/e2e/provider-http-crds

go 1.26.0

require github.com/crossplane-contrib/provider-http v1.0.14
