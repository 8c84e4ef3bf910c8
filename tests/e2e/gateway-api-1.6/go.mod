module cleura.test/e2e/gateway-api-1.6

go 1.26.0

require (
	github.com/envoyproxy/gateway v1.9.0
	sigs.k8s.io/gateway-api v1.6.1
)
