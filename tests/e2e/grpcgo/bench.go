// SPDX-License-Identifier: Apache-2.0

// What checks are made of: connections as Crossplane opens them, requests as it sends them, words for what was wrong.
package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
	"path/filepath"
	"time"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/structpb"
)

type bench struct {
	address string
	certs   string
	cases   string
	maxMiB  int
}

const (
	runV1      = "/apiextensions.fn.proto.v1.FunctionRunnerService/RunFunction"
	runV1beta1 = "/apiextensions.fn.proto.v1beta1.FunctionRunnerService/RunFunction"
)

// The client's side of mutual TLS with the Secret of that name, as Crossplane sets it up.
func (b *bench) tlsConfig(secret string) (*tls.Config, error) {
	directory := filepath.Join(b.certs, secret)
	certificate, err := tls.LoadX509KeyPair(filepath.Join(directory, "tls.crt"), filepath.Join(directory, "tls.key"))
	if err != nil {
		return nil, err
	}
	pool, err := b.poolOf("client") // also for those who come with another's certificate
	if err != nil {
		return nil, err
	}
	return &tls.Config{Certificates: []tls.Certificate{certificate}, RootCAs: pool, MinVersion: tls.VersionTLS12,
		ServerName: serverName}, nil
}

func (b *bench) poolOf(secret string) (*x509.CertPool, error) {
	ca, err := os.ReadFile(filepath.Join(b.certs, secret, "ca.crt"))
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(ca) {
		return nil, fmt.Errorf("%s: no certificate in ca.crt", secret)
	}
	return pool, nil
}

func (b *bench) credentials() (credentials.TransportCredentials, error) {
	if b.certs == "" {
		return insecure.NewCredentials(), nil
	}
	config, err := b.tlsConfig("client")
	if err != nil {
		return nil, err
	}
	return credentials.NewTLS(config), nil
}

// Crossplane's: round robin over the addresses, and calls wait until a server is there.
const serviceConfig = `{"loadBalancingConfig":[{"round_robin":{}}],"methodConfig":[{"name":[{}],"waitForReady":true}]}`

func (b *bench) dial(more ...grpc.DialOption) (*grpc.ClientConn, error) {
	c, err := b.credentials()
	if err != nil {
		return nil, err
	}
	options := append([]grpc.DialOption{grpc.WithTransportCredentials(c), grpc.WithDefaultServiceConfig(serviceConfig)},
		more...)
	return grpc.NewClient("dns:///"+b.address, options...)
}

// Runs 'with' on a connection of its own.
func (b *bench) connected(with func(*grpc.ClientConn) error, more ...grpc.DialOption) error {
	conn, err := b.dial(more...)
	if err != nil {
		return err
	}
	defer conn.Close()
	return with(conn)
}

func structOf(document map[string]any) *structpb.Struct {
	s, err := structpb.NewStruct(document)
	if err != nil {
		panic(err)
	}
	return s
}

func shootComposite(name string) map[string]any {
	worker := map[string]any{"name": "default", "machine": map[string]any{"type": "b.4c8gb"}, "minimum": 1, "maximum": 3}
	return map[string]any{
		"apiVersion": "platform.cleura.crossplane.io/v1alpha1", "kind": "Shoot",
		"metadata": map[string]any{"name": name, "namespace": "team-a", "uid": "8a2b0ff0-9df8-4b34-8cf9-0a6a1a2f0a11"},
		"spec": map[string]any{
			"region": "kna1", "projectId": "0123456789abcdef0123456789abcdef",
			"kubernetes": map[string]any{"version": "1.33.7"},
			"provider":   map[string]any{"workers": []any{worker}},
			"crossplane": map[string]any{"compositionRef": map[string]any{"name": "shoots"}},
		},
	}
}

// The first step of a pipeline, as Crossplane sends it: what is empty is there and empty.
func requestFor(composite map[string]any) *fnv1.RunFunctionRequest {
	return &fnv1.RunFunctionRequest{
		Meta: &fnv1.RequestMeta{Tag: "c0ffee", Capabilities: []fnv1.Capability{
			fnv1.Capability_CAPABILITY_CAPABILITIES, fnv1.Capability_CAPABILITY_REQUIRED_RESOURCES,
			fnv1.Capability_CAPABILITY_CREDENTIALS, fnv1.Capability_CAPABILITY_CONDITIONS,
			fnv1.Capability_CAPABILITY_REQUIRED_SCHEMAS}},
		Observed: &fnv1.State{Composite: &fnv1.Resource{Resource: structOf(composite)}},
		Desired:  &fnv1.State{}, Context: &structpb.Struct{},
	}
}

func run(ctx context.Context, conn *grpc.ClientConn, req *fnv1.RunFunctionRequest) (*fnv1.RunFunctionResponse, error) {
	return fnv1.NewFunctionRunnerServiceClient(conn).RunFunction(ctx, req)
}

// The server is there and well: what every check of a fault ends with.
func stillServes(ctx context.Context, conn *grpc.ClientConn) error {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	rsp, err := run(ctx, conn, requestFor(shootComposite("after")))
	if err != nil {
		return fmt.Errorf("a plain call fails: %w", err)
	}
	return goodAnswer(rsp)
}

func goodAnswer(rsp *fnv1.RunFunctionResponse) error {
	for _, r := range rsp.GetResults() {
		if r.GetSeverity() != fnv1.Severity_SEVERITY_NORMAL {
			return fmt.Errorf("a good Shoot has result %s: %s", r.GetSeverity(), r.GetMessage())
		}
	}
	if rsp.GetMeta().GetTag() != "c0ffee" {
		return fmt.Errorf("tag %q instead of the request's", rsp.GetMeta().GetTag())
	}
	if len(rsp.GetDesired().GetResources()) == 0 {
		return fmt.Errorf("a Shoot becomes no resources: %v", rsp)
	}
	return nil
}

func wantUnavailable(err error) error { return wantCode(codes.Unavailable, err) }

func wantCode(want codes.Code, err error) error {
	if got := status.Code(err); got != want {
		return fmt.Errorf("%s instead of %s (%v)", got, want, err)
	}
	return nil
}
