// SPDX-License-Identifier: Apache-2.0

// What stands beside RunFunction: health, reflection, and what a Shoot becomes for every case of tests/render.
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	healthv1 "google.golang.org/grpc/health/grpc_health_v1"
	reflection "google.golang.org/grpc/reflection/grpc_reflection_v1"
	reflectionalpha "google.golang.org/grpc/reflection/grpc_reflection_v1alpha"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/types/descriptorpb"
	"sigs.k8s.io/yaml"
)

var serviceChecks = []check{
	{name: "health", run: health},
	{name: "health-watch", run: healthWatch},
	{name: "reflection-is-crossplanes", run: reflectionIsCrossplanes},
	{name: "reflection-v1alpha", run: reflectionAlpha},
	{name: "render-cases", run: renderCases},
}

func health(ctx context.Context, b *bench) error {
	return b.connected(func(conn *grpc.ClientConn) error {
		client := healthv1.NewHealthClient(conn)
		for _, service := range []string{"", "apiextensions.fn.proto.v1.FunctionRunnerService",
			"apiextensions.fn.proto.v1beta1.FunctionRunnerService"} {
			rsp, err := client.Check(ctx, &healthv1.HealthCheckRequest{Service: service})
			if err != nil {
				return fmt.Errorf("service %q: %w", service, err)
			}
			if rsp.GetStatus() != healthv1.HealthCheckResponse_SERVING {
				return fmt.Errorf("service %q is %s", service, rsp.GetStatus())
			}
		}
		_, err := client.Check(ctx, &healthv1.HealthCheckRequest{Service: "unknown"})
		return wantCode(codes.NotFound, err)
	})
}

func healthWatch(ctx context.Context, b *bench) error {
	return b.connected(func(conn *grpc.ClientConn) error {
		for service, want := range map[string]healthv1.HealthCheckResponse_ServingStatus{
			"":        healthv1.HealthCheckResponse_SERVING,
			"unknown": healthv1.HealthCheckResponse_SERVICE_UNKNOWN} {
			watching, cancel := context.WithCancel(ctx)
			defer cancel()
			stream, err := healthv1.NewHealthClient(conn).Watch(watching, &healthv1.HealthCheckRequest{Service: service})
			if err != nil {
				return err
			}
			rsp, err := stream.Recv()
			if err != nil {
				return fmt.Errorf("service %q: %w", service, err)
			}
			if rsp.GetStatus() != want {
				return fmt.Errorf("service %q is %s instead of %s", service, rsp.GetStatus(), want)
			}
		}
		return stillServes(ctx, conn)
	})
}

// The descriptor that reflection gives is the one Crossplane's own package was made of: same messages, fields, numbers.
func reflectionIsCrossplanes(ctx context.Context, b *bench) error {
	return b.connected(func(conn *grpc.ClientConn) error {
		stream, err := reflection.NewServerReflectionClient(conn).ServerReflectionInfo(ctx)
		if err != nil {
			return err
		}
		ask := func(req *reflection.ServerReflectionRequest) (*reflection.ServerReflectionResponse, error) {
			if err := stream.Send(req); err != nil {
				return nil, err
			}
			return stream.Recv()
		}
		listed, err := ask(&reflection.ServerReflectionRequest{
			MessageRequest: &reflection.ServerReflectionRequest_ListServices{ListServices: "*"}})
		if err != nil {
			return err
		}
		var names []string
		for _, s := range listed.GetListServicesResponse().GetService() {
			names = append(names, s.GetName())
		}
		for _, want := range []string{"apiextensions.fn.proto.v1.FunctionRunnerService",
			"apiextensions.fn.proto.v1beta1.FunctionRunnerService", "grpc.health.v1.Health"} {
			if !slices.Contains(names, want) {
				return fmt.Errorf("%s is not listed: %v", want, names)
			}
		}
		rsp, err := ask(&reflection.ServerReflectionRequest{MessageRequest: &reflection.ServerReflectionRequest_FileContainingSymbol{
			FileContainingSymbol: "apiextensions.fn.proto.v1.RunFunctionRequest"}})
		if err != nil {
			return err
		}
		return compareWithCrossplane(rsp.GetFileDescriptorResponse().GetFileDescriptorProto())
	})
}

func compareWithCrossplane(files [][]byte) error {
	theirs := protodesc.ToFileDescriptorProto(fnv1.File_v1_run_function_proto)
	for _, file := range files {
		ours := &descriptorpb.FileDescriptorProto{}
		if err := proto.Unmarshal(file, ours); err != nil {
			return fmt.Errorf("a descriptor is no message: %w", err)
		}
		if ours.GetPackage() != theirs.GetPackage() {
			continue
		}
		if ours.GetSyntax() != theirs.GetSyntax() {
			return fmt.Errorf("syntax %q instead of %q", ours.GetSyntax(), theirs.GetSyntax())
		}
		return compareParts(partsOf(ours), partsOf(theirs))
	}
	return fmt.Errorf("%d descriptors, none of package %s", len(files), theirs.GetPackage())
}

// What a file defines, by kind and name; in which order does not matter.
func partsOf(file *descriptorpb.FileDescriptorProto) map[string]proto.Message {
	parts := map[string]proto.Message{}
	for _, m := range file.GetMessageType() {
		parts["message "+m.GetName()] = m
	}
	for _, e := range file.GetEnumType() {
		parts["enum "+e.GetName()] = e
	}
	for _, s := range file.GetService() {
		parts["service "+s.GetName()] = s
	}
	return parts
}

func compareParts(ours, theirs map[string]proto.Message) error {
	var wrong []string
	for name, want := range theirs {
		if got, there := ours[name]; !there {
			wrong = append(wrong, name+" is missing")
		} else if !proto.Equal(want, got) {
			wrong = append(wrong, fmt.Sprintf("%s is\n%v\ninstead of\n%v", name, got, want))
		}
	}
	for name := range ours {
		if _, there := theirs[name]; !there {
			wrong = append(wrong, name+" is ours alone")
		}
	}
	if len(wrong) > 0 {
		slices.Sort(wrong)
		return fmt.Errorf("%s", strings.Join(wrong, "\n"))
	}
	return nil
}

// What grpcurl and others fall back to.
func reflectionAlpha(ctx context.Context, b *bench) error {
	return b.connected(func(conn *grpc.ClientConn) error {
		stream, err := reflectionalpha.NewServerReflectionClient(conn).ServerReflectionInfo(ctx)
		if err != nil {
			return err
		}
		for range 3 { // a stream takes any number of questions
			if err := stream.Send(&reflectionalpha.ServerReflectionRequest{
				MessageRequest: &reflectionalpha.ServerReflectionRequest_ListServices{ListServices: "*"}}); err != nil {
				return err
			}
			rsp, err := stream.Recv()
			if err != nil {
				return err
			}
			if len(rsp.GetListServicesResponse().GetService()) < 3 {
				return fmt.Errorf("listed: %v", rsp)
			}
		}
		if err := stream.CloseSend(); err != nil {
			return err
		}
		if _, err := stream.Recv(); err == nil || err.Error() != "EOF" {
			return fmt.Errorf("at the end of the questions: %v", err)
		}
		return nil
	})
}

// ---- tests/render over the wire ----------------------------------------------------------------------------------------------

func renderCases(ctx context.Context, b *bench) error {
	folders, err := filepath.Glob(filepath.Join(b.cases, "*", "*", "expected.yaml"))
	if err != nil {
		return err
	}
	if len(folders) < 20 {
		return fmt.Errorf("%d cases under %q", len(folders), b.cases)
	}
	return b.connected(func(conn *grpc.ClientConn) error {
		var wrong []string
		for _, file := range folders {
			folder := filepath.Dir(file)
			one, cancel := context.WithTimeout(ctx, 10*time.Second)
			if err := renderCase(one, conn, folder); err != nil {
				wrong = append(wrong, filepath.Base(folder)+": "+err.Error())
			}
			cancel()
		}
		if len(wrong) > 0 {
			return fmt.Errorf("%d of %d cases:\n%s", len(wrong), len(folders), strings.Join(wrong, "\n"))
		}
		return nil
	})
}

// nil without a file of that name.
func loadYAML(folder, name string) (map[string]any, error) {
	text, err := os.ReadFile(filepath.Join(folder, name))
	if os.IsNotExist(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	document := map[string]any{}
	return document, yaml.Unmarshal(text, &document)
}

func renderCase(ctx context.Context, conn *grpc.ClientConn, folder string) error {
	documents := map[string]map[string]any{}
	for _, name := range []string{"composite.yaml", "observed.yaml", "input.yaml", "expected.yaml"} {
		document, err := loadYAML(folder, name)
		if err != nil {
			return err
		}
		documents[name] = document
	}
	req := requestFor(map[string]any{})
	if composite := documents["composite.yaml"]; composite != nil {
		req = requestFor(composite)
	} else {
		req.Observed.Composite = nil
	}
	req.Observed.Resources = map[string]*fnv1.Resource{}
	for name, object := range documents["observed.yaml"] {
		req.Observed.Resources[name] = &fnv1.Resource{Resource: structOf(object.(map[string]any))}
	}
	if documents["input.yaml"] != nil {
		req.Input = structOf(documents["input.yaml"])
	}
	rsp, err := run(ctx, conn, req)
	if err != nil {
		return err
	}
	return subset("", documents["expected.yaml"], expectedForm(rsp))
}

// The response in the form of expected.yaml.
func expectedForm(rsp *fnv1.RunFunctionResponse) map[string]any {
	severities := map[fnv1.Severity]string{fnv1.Severity_SEVERITY_FATAL: "Fatal", fnv1.Severity_SEVERITY_WARNING: "Warning",
		fnv1.Severity_SEVERITY_NORMAL: "Normal"}
	statuses := map[fnv1.Status]string{fnv1.Status_STATUS_CONDITION_TRUE: "True", fnv1.Status_STATUS_CONDITION_FALSE: "False",
		fnv1.Status_STATUS_CONDITION_UNKNOWN: "Unknown"}
	results, conditions, desired := []any{}, map[string]any{}, map[string]any{}
	for _, r := range rsp.GetResults() {
		results = append(results, map[string]any{"severity": severities[r.GetSeverity()], "reason": r.GetReason(),
			"message": r.GetMessage()})
	}
	for _, c := range rsp.GetConditions() {
		conditions[c.GetType()] = map[string]any{"status": statuses[c.GetStatus()], "reason": c.GetReason(),
			"message": c.GetMessage()}
	}
	for name, r := range rsp.GetDesired().GetResources() {
		one := map[string]any{"resource": r.GetResource().AsMap()}
		if r.GetReady() != fnv1.Ready_READY_UNSPECIFIED {
			one["ready"] = r.GetReady() == fnv1.Ready_READY_TRUE
		}
		desired[name] = one
	}
	composite := rsp.GetDesired().GetComposite()
	status, _ := composite.GetResource().AsMap()["status"].(map[string]any)
	return map[string]any{"results": results, "conditions": conditions, "desired": desired, "status": status,
		"ready": composite.GetReady() == fnv1.Ready_READY_TRUE}
}

// Everything that is wanted is there; null: it is not. Of the desired resources all are to be named.
func subset(path string, want, got any) error {
	switch w := want.(type) {
	case nil:
		if got != nil {
			return fmt.Errorf("%s is %v instead of absent", path, got)
		}
		return nil
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok && len(w) > 0 {
			return fmt.Errorf("%s is %v instead of an object", path, got)
		}
		for key, below := range w {
			if err := subset(path+"."+key, below, g[key]); err != nil {
				return err
			}
		}
		for key := range g {
			if _, named := w[key]; path == ".desired" && !named {
				return fmt.Errorf("desired.%s is not expected", key)
			}
		}
		return nil
	case []any:
		g, _ := got.([]any)
		if len(g) != len(w) {
			return fmt.Errorf("%s is %v instead of %v", path, got, want)
		}
		for i := range w {
			if err := subset(fmt.Sprintf("%s[%d]", path, i), w[i], g[i]); err != nil {
				return err
			}
		}
		return nil
	}
	if want != got {
		return fmt.Errorf("%s is %#v instead of %#v", path, got, want)
	}
	return nil
}
