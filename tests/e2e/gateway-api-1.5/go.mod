module cleura.test/e2e/gateway-api-1.5

go 1.26.0

require (
	github.com/envoyproxy/gateway v1.8.3
	sigs.k8s.io/gateway-api v1.5.1
)
