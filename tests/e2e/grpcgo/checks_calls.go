// SPDX-License-Identifier: Apache-2.0

// What one call gives: both services, the same bytes for the same request, everybody else's work passed on.
package main

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"
	fnv1beta1 "github.com/crossplane/function-sdk-go/proto/v1beta1"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"
)

var callChecks = []check{
	{name: "first-step", run: firstStep},
	{name: "v1beta1-is-v1", run: betaIsTheSame},
	{name: "same-request-same-bytes", run: sameBytes},
	{name: "others-work-is-passed-on", run: passedOn},
	{name: "ours-replaces-ours", run: oursReplacesOurs},
	{name: "user-error-is-fatal", run: userErrorIsFatal},
	{name: "unknown-kind-is-told", run: unknownKind},
	{name: "no-composite-is-told", run: noComposite},
	{name: "fields-of-the-future", run: fieldsOfTheFuture},
	{name: "odd-names-and-numbers", run: oddNamesAndNumbers},
}

// With a client that has Crossplane's types and no others.
func withRun(ctx context.Context, b *bench, req *fnv1.RunFunctionRequest, look func(*fnv1.RunFunctionResponse) error) error {
	return b.connected(func(conn *grpc.ClientConn) error {
		rsp, err := run(ctx, conn, req)
		if err != nil {
			return err
		}
		return look(rsp)
	})
}

func firstStep(ctx context.Context, b *bench) error {
	return withRun(ctx, b, requestFor(shootComposite("my-cluster")), func(rsp *fnv1.RunFunctionResponse) error {
		if err := goodAnswer(rsp); err != nil {
			return err
		}
		for name, r := range rsp.GetDesired().GetResources() {
			object := r.GetResource().GetFields()
			if object["kind"].GetStringValue() == "" || object["apiVersion"].GetStringValue() == "" {
				return fmt.Errorf("desired resource %q has no kind or apiVersion: %v", name, r)
			}
		}
		if rsp.GetMeta().GetTtl().GetSeconds() != 0 {
			return fmt.Errorf("a ttl makes Crossplane run the pipeline again and again: %v", rsp.GetMeta().GetTtl())
		}
		valid := conditionNamed(rsp, "Valid")
		if valid.GetStatus() != fnv1.Status_STATUS_CONDITION_TRUE || valid.GetReason() == "" {
			return fmt.Errorf("condition Valid is %v", valid)
		}
		for _, system := range []string{"Ready", "Synced"} {
			if conditionNamed(rsp, system) != nil {
				return fmt.Errorf("condition %s is Crossplane's own", system)
			}
		}
		return nil
	})
}

func conditionNamed(rsp *fnv1.RunFunctionResponse, name string) *fnv1.Condition {
	for _, c := range rsp.GetConditions() {
		if c.GetType() == name {
			return c
		}
	}
	return nil
}

func betaIsTheSame(ctx context.Context, b *bench) error {
	return b.connected(func(conn *grpc.ClientConn) error {
		req := requestFor(shootComposite("my-cluster"))
		wire, err := proto.Marshal(req)
		if err != nil {
			return err
		}
		beta := &fnv1beta1.RunFunctionRequest{}
		if err := proto.Unmarshal(wire, beta); err != nil {
			return err
		}
		typed, err := fnv1beta1.NewFunctionRunnerServiceClient(conn).RunFunction(ctx, beta)
		if err != nil {
			return err
		}
		want, err := run(ctx, conn, req)
		if err != nil {
			return err
		}
		wire, err = proto.Marshal(typed)
		if err != nil {
			return err
		}
		got := &fnv1.RunFunctionResponse{}
		if err := proto.Unmarshal(wire, got); err != nil {
			return err
		}
		if !proto.Equal(want, got) {
			return fmt.Errorf("v1beta1 answers\n%v\nand v1\n%v", got, want)
		}
		return goodAnswer(want)
	})
}

func sameBytes(ctx context.Context, b *bench) error {
	return b.connected(func(conn *grpc.ClientConn) error {
		composite := shootComposite("my-cluster")
		var first []byte
		for _, path := range []string{runV1, runV1, runV1beta1, runV1} {
			// The Go encoder walks maps in another order each time: what is equal is the request, not its bytes.
			wire, err := proto.Marshal(requestFor(composite))
			if err != nil {
				return err
			}
			got, err := runBytes(ctx, conn, path, wire)
			if err != nil {
				return err
			}
			if first == nil {
				first = got
			} else if !bytes.Equal(first, got) {
				return fmt.Errorf("%d bytes, then other %d bytes", len(first), len(got))
			}
		}
		return nil
	})
}

func passedOn(ctx context.Context, b *bench) error {
	req := requestFor(shootComposite("my-cluster"))
	secret := map[string][]byte{"password": {0, 1, 2, 0xff}}
	theirs := &fnv1.Resource{Ready: fnv1.Ready_READY_FALSE, ConnectionDetails: secret,
		Resource: structOf(map[string]any{"apiVersion": "v1", "kind": "ConfigMap", "data": map[string]any{"a": "b"}})}
	req.Desired = &fnv1.State{
		Composite: &fnv1.Resource{ConnectionDetails: secret,
			Resource: structOf(map[string]any{"status": map[string]any{"theirs": map[string]any{"deep": []any{1.5, nil, true}}}})},
		Resources: map[string]*fnv1.Resource{"theirs": theirs},
	}
	req.Context = structOf(map[string]any{"apiextensions.crossplane.io/environment": map[string]any{"a": []any{"b"}}})
	return withRun(ctx, b, req, func(rsp *fnv1.RunFunctionResponse) error {
		if err := goodAnswer(rsp); err != nil {
			return err
		}
		if got := rsp.GetDesired().GetResources()["theirs"]; !proto.Equal(theirs, got) {
			return fmt.Errorf("another step's resource became %v", got)
		}
		if !proto.Equal(req.Context, rsp.GetContext()) {
			return fmt.Errorf("the context became %v", rsp.GetContext())
		}
		composite := rsp.GetDesired().GetComposite()
		if !bytes.Equal(composite.GetConnectionDetails()["password"], secret["password"]) {
			return fmt.Errorf("the composite's connection details became %v", composite.GetConnectionDetails())
		}
		status := composite.GetResource().GetFields()["status"].GetStructValue()
		wanted := req.Desired.Composite.Resource.Fields["status"].GetStructValue().Fields["theirs"]
		if !proto.Equal(wanted, status.GetFields()["theirs"]) {
			return fmt.Errorf("another step's status became %v", status.GetFields()["theirs"])
		}
		if status.GetFields()["phase"].GetStringValue() == "" {
			return fmt.Errorf("our status is not beside theirs: %v", status)
		}
		return nil
	})
}

// An earlier call of us in the same pipeline: its resources are replaced, not merged with what was there.
func oursReplacesOurs(ctx context.Context, b *bench) error {
	return withRun(ctx, b, requestFor(shootComposite("my-cluster")), func(first *fnv1.RunFunctionResponse) error {
		again := requestFor(shootComposite("my-cluster"))
		again.Desired = &fnv1.State{Resources: map[string]*fnv1.Resource{}}
		for name := range first.GetDesired().GetResources() {
			again.Desired.Resources[name] = &fnv1.Resource{Resource: structOf(map[string]any{"kind": "Stale"})}
		}
		return withRun(ctx, b, again, func(second *fnv1.RunFunctionResponse) error {
			if !proto.Equal(first.GetDesired(), second.GetDesired()) {
				return fmt.Errorf("over stale ones the resources are\n%v\ninstead of\n%v", second.GetDesired(), first.GetDesired())
			}
			return nil
		})
	})
}

func fatalOf(rsp *fnv1.RunFunctionResponse) string {
	for _, r := range rsp.GetResults() {
		if r.GetSeverity() == fnv1.Severity_SEVERITY_FATAL {
			return r.GetMessage()
		}
	}
	return ""
}

// A fatal result stops the pipeline before anything is applied; a gRPC error would be retried as if we were ill.
func userErrorIsFatal(ctx context.Context, b *bench) error {
	composite := shootComposite("my-cluster")
	composite["spec"].(map[string]any)["kubernetes"] = map[string]any{"version": 1.33}
	return withRun(ctx, b, requestFor(composite), func(rsp *fnv1.RunFunctionResponse) error {
		if text := fatalOf(rsp); !strings.Contains(text, "spec.kubernetes.version") {
			return fmt.Errorf("a wrong version is told as %q (%v)", text, rsp.GetResults())
		}
		return nil
	})
}

func unknownKind(ctx context.Context, b *bench) error {
	composite := shootComposite("my-cluster")
	composite["kind"] = "Boot"
	return withRun(ctx, b, requestFor(composite), func(rsp *fnv1.RunFunctionResponse) error {
		if text := fatalOf(rsp); !strings.Contains(text, "Boot") {
			return fmt.Errorf("kind Boot is told as %q", text)
		}
		return nil
	})
}

// As in an Operation's pipeline, or by mistake.
func noComposite(ctx context.Context, b *bench) error {
	req := requestFor(shootComposite("x"))
	req.Observed = &fnv1.State{}
	return withRun(ctx, b, req, func(rsp *fnv1.RunFunctionResponse) error {
		if fatalOf(rsp) == "" {
			return fmt.Errorf("no composite, and no fatal result: %v", rsp)
		}
		return nil
	})
}

// Crossplane grows: what we do not know must not disturb us.
func fieldsOfTheFuture(ctx context.Context, b *bench) error {
	req := requestFor(shootComposite("my-cluster"))
	req.RequiredSchemas = map[string]*fnv1.Schema{"s": {OpenapiV3: structOf(map[string]any{"type": "object"})}}
	req.Credentials = map[string]*fnv1.Credentials{"c": {Source: &fnv1.Credentials_CredentialData{
		CredentialData: &fnv1.CredentialData{Data: map[string][]byte{"k": {0xff, 0}}}}}}
	req.RequiredResources = map[string]*fnv1.Resources{"none": {}}
	wire, err := proto.Marshal(req)
	if err != nil {
		return err
	}
	future := []byte{0xa2, 0x06, 3, 'n', 'e', 'w', 0xa8, 0x06, 7} // fields 100 (bytes) and 101 (varint)
	return b.connected(func(conn *grpc.ClientConn) error {
		got, err := runBytes(ctx, conn, runV1, append(wire, future...))
		if err != nil {
			return err
		}
		rsp := &fnv1.RunFunctionResponse{}
		if err := proto.Unmarshal(got, rsp); err != nil {
			return fmt.Errorf("the response is no message: %w", err)
		}
		return goodAnswer(rsp)
	})
}

// Keys with dots, NULs and letters of other scripts; numbers at the edge of what a Struct holds.
func oddNamesAndNumbers(ctx context.Context, b *bench) error {
	req := requestFor(shootComposite("my-cluster"))
	odd := map[string]any{"a.b/c": 1, "": "empty", "nul\x00": "a\x00b", "smörgås 🥪": -0.0, "big": 1.7976931348623157e308,
		"small": 5e-324, "int": 9007199254740993.0}
	req.Context = structOf(odd)
	req.Desired.Resources = map[string]*fnv1.Resource{"smörgås 🥪.\x00": {Resource: structOf(odd)}}
	return withRun(ctx, b, req, func(rsp *fnv1.RunFunctionResponse) error {
		for _, got := range []*structpb.Struct{rsp.GetContext(),
			rsp.GetDesired().GetResources()["smörgås 🥪.\x00"].GetResource()} {
			if !proto.Equal(req.Context, got) {
				return fmt.Errorf("odd values became %v", got)
			}
		}
		return goodAnswer(rsp)
	})
}
