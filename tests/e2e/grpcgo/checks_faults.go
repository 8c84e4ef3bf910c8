// SPDX-License-Identifier: Apache-2.0

// What no good client does, and what happens to good ones: garbage, giants, compression, deadlines, clients that leave.
package main

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/encoding/gzip"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"
)

var faultChecks = []check{
	{name: "garbage-is-invalid-argument", run: garbage},
	{name: "unknown-method-is-unimplemented", run: unknownMethod},
	{name: "compressed-is-unimplemented", run: compressed},
	{name: "large-request", run: largeRequest},
	{name: "too-large-is-resource-exhausted", run: tooLarge},
	{name: "too-large-response-is-fatal", run: tooLargeResponse},
	{name: "large-metadata", run: largeMetadata},
	{name: "deadline", run: deadline},
	{name: "cancellation", run: cancellation},
	{name: "clients-that-vanish", run: vanishing},
}

func garbage(ctx context.Context, b *bench) error {
	texts := map[string][]byte{
		"no message":           {0xff, 0xff, 0xff},
		"length over the end":  {0x0a, 0x7f, 1},
		"wrong wire type":      {0x08, 1},
		"no UTF-8 in the tag":  {0x0a, 0x04, 0x0a, 0x02, 0xc3, 0x28},
		"group without an end": {0x0b},
		"varint of 11 bytes":   {0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01},
	}
	return b.connected(func(conn *grpc.ClientConn) error {
		for what, text := range texts {
			_, err := runBytes(ctx, conn, runV1, text)
			if err := wantCode(codes.InvalidArgument, err); err != nil {
				return fmt.Errorf("%s: %w", what, err)
			}
		}
		return stillServes(ctx, conn)
	})
}

// At once: Crossplane falls back to v1beta1 by this answer.
func unknownMethod(ctx context.Context, b *bench) error {
	return b.connected(func(conn *grpc.ClientConn) error {
		for _, path := range []string{"/apiextensions.fn.proto.v1.FunctionRunnerService/Run", "/no.such.Service/RunFunction",
			"/apiextensions.fn.proto.v2.FunctionRunnerService/RunFunction", "/x", "/"} {
			from := time.Now()
			_, err := runBytes(ctx, conn, path, nil)
			if err := wantCode(codes.Unimplemented, err); err != nil {
				return fmt.Errorf("%s: %w", path, err)
			}
			if time.Since(from) > 5*time.Second {
				return fmt.Errorf("%s: answered after %s", path, time.Since(from))
			}
		}
		return stillServes(ctx, conn)
	})
}

func compressed(ctx context.Context, b *bench) error {
	return b.connected(func(conn *grpc.ClientConn) error {
		req := requestFor(shootComposite("my-cluster"))
		req.Context = structOf(map[string]any{"pad": strings.Repeat("0", 2<<20)})
		wire, err := proto.Marshal(req)
		if err != nil {
			return err
		}
		for range 20 {
			_, err := runBytes(ctx, conn, runV1, wire, grpc.UseCompressor(gzip.Name))
			if err := wantCode(codes.Unimplemented, err); err != nil {
				return err
			}
		}
		return stillServes(ctx, conn)
	})
}

// A request of that many bytes: a Shoot, and another step's object that is passed on or not.
func padded(bytes int, passedOn bool) ([]byte, error) {
	req := requestFor(shootComposite("my-cluster"))
	pad := structOf(map[string]any{"pad": strings.Repeat("0", bytes)})
	if passedOn {
		req.Context = pad
	} else {
		req.Input = structOf(map[string]any{"apiVersion": "cleura.fn.crossplane.io/v1beta1", "kind": "Input"})
		req.Observed.Composite.Resource.Fields["metadata"].GetStructValue().Fields["annotations"] =
			structOf(map[string]any{"a": map[string]any{"pad": strings.Repeat("0", bytes)}}).Fields["a"]
	}
	return proto.Marshal(req)
}

func largeRequest(ctx context.Context, b *bench) error {
	wire, err := padded(b.maxMiB<<20-(64<<10), false)
	if err != nil {
		return err
	}
	return b.connected(func(conn *grpc.ClientConn) error {
		if _, err := runBytes(ctx, conn, runV1, wire); err != nil {
			return fmt.Errorf("%d bytes: %w", len(wire), err)
		}
		return nil
	}, grpc.WithDefaultCallOptions(grpc.MaxCallSendMsgSize(1<<30)))
}

func tooLarge(ctx context.Context, b *bench) error {
	wire, err := padded(b.maxMiB<<20+1, false)
	if err != nil {
		return err
	}
	return b.connected(func(conn *grpc.ClientConn) error {
		_, err := runBytes(ctx, conn, runV1, wire)
		if err := wantCode(codes.ResourceExhausted, err); err != nil {
			return fmt.Errorf("%d bytes: %w", len(wire), err)
		}
		return stillServes(ctx, conn)
	}, grpc.WithDefaultCallOptions(grpc.MaxCallSendMsgSize(1<<30)))
}

// Crossplane takes 4 MiB and no more, and its words for that help nobody: ours are to arrive.
func tooLargeResponse(ctx context.Context, b *bench) error {
	req := requestFor(shootComposite("my-cluster"))
	req.Context = structOf(map[string]any{"pad": strings.Repeat("0", 4<<20)})
	err := withRun(ctx, b, req, func(rsp *fnv1.RunFunctionResponse) error {
		if text := fatalOf(rsp); !strings.Contains(text, "MiB") && !strings.Contains(text, "bytes") {
			return fmt.Errorf("too much to pass on is told as %q in a response of %d bytes", text, proto.Size(rsp))
		}
		return nil
	})
	if err != nil {
		return err
	}
	req.Context = structOf(map[string]any{"pad": strings.Repeat("0", 4<<20-256<<10)})
	return withRun(ctx, b, req, func(rsp *fnv1.RunFunctionResponse) error {
		if !proto.Equal(req.Context, rsp.GetContext()) {
			return fmt.Errorf("what still fits is not passed on")
		}
		return goodAnswer(rsp)
	})
}

// Proxies and tracing add headers.
func largeMetadata(ctx context.Context, b *bench) error {
	return b.connected(func(conn *grpc.ClientConn) error {
		withHeaders := metadata.AppendToOutgoingContext(ctx, "traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
			"x-long", strings.Repeat("a", 6000), "bytes-bin", "\x00\xff")
		if _, err := run(withHeaders, conn, requestFor(shootComposite("my-cluster"))); err != nil {
			return err
		}
		tooMuch := metadata.AppendToOutgoingContext(ctx, "x-long", strings.Repeat("a", 1<<20))
		if _, err := run(tooMuch, conn, requestFor(shootComposite("my-cluster"))); err == nil {
			return fmt.Errorf("a megabyte of headers is taken")
		}
		return stillServes(ctx, conn)
	})
}

func deadline(ctx context.Context, b *bench) error {
	return b.connected(func(conn *grpc.ClientConn) error {
		if err := stillServes(ctx, conn); err != nil {
			return err
		}
		var answered, late int
		for i := range 200 {
			short, cancel := context.WithTimeout(ctx, time.Duration(20+10*i)*time.Microsecond)
			_, err := run(short, conn, requestFor(shootComposite("my-cluster")))
			cancel()
			switch {
			case err == nil:
				answered++
			case wantCode(codes.DeadlineExceeded, err) == nil:
				late++
			default:
				return fmt.Errorf("call %d: %w", i, err)
			}
		}
		if late == 0 {
			return fmt.Errorf("no call of %d was late", answered)
		}
		return stillServes(ctx, conn)
	})
}

func cancellation(ctx context.Context, b *bench) error {
	return b.connected(func(conn *grpc.ClientConn) error {
		wire, err := padded(256<<10, true)
		if err != nil {
			return err
		}
		var all sync.WaitGroup
		problems := make(chan error, 300)
		for i := range 300 {
			all.Add(1)
			go func() {
				defer all.Done()
				one, cancel := context.WithCancel(ctx)
				time.AfterFunc(time.Duration(i)*200*time.Microsecond, cancel)
				_, err := runBytes(one, conn, runV1, wire)
				if err != nil && wantCode(codes.Canceled, err) != nil {
					problems <- err
				}
			}()
		}
		all.Wait()
		close(problems)
		for err := range problems {
			return err
		}
		return stillServes(ctx, conn)
	})
}

// Connections that end in the middle of calls, as when Crossplane's pod is killed.
func vanishing(ctx context.Context, b *bench) error {
	wire, err := padded(1<<20, true)
	if err != nil {
		return err
	}
	for range 20 {
		err := b.connected(func(conn *grpc.ClientConn) error {
			if err := stillServes(ctx, conn); err != nil {
				return err
			}
			for range 10 {
				go func() { _, _ = runBytes(ctx, conn, runV1, wire) }()
			}
			time.Sleep(3 * time.Millisecond)
			return nil
		})
		if err != nil {
			return err
		}
	}
	return b.connected(func(conn *grpc.ClientConn) error { return stillServes(ctx, conn) })
}
