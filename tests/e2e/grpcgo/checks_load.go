// SPDX-License-Identifier: Apache-2.0

// Many at once, for long, and until the end.
package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/net/http2"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/connectivity"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
)

var loadChecks = []check{
	{name: "1000-at-once-on-one-connection", run: thousandAtOnce},
	{name: "many-connections", run: manyConnections},
	{name: "large-and-small-together", run: largeAndSmall},
	{name: "keepalive-is-not-punished", run: keepalive, alone: true, limit: 4 * time.Minute},
	{name: "connections-grow-old", run: connectionsGrowOld, alone: true, limit: 2 * time.Minute},
}

// Every answer belongs to its question.
func thousandAtOnce(ctx context.Context, b *bench) error {
	return b.connected(func(conn *grpc.ClientConn) error {
		var all sync.WaitGroup
		problems := make(chan error, 1000)
		for i := range 1000 {
			all.Add(1)
			go func() {
				defer all.Done()
				req := requestFor(shootComposite(fmt.Sprintf("c-%d", i)))
				req.Meta.Tag = fmt.Sprintf("tag-%d", i)
				rsp, err := run(ctx, conn, req)
				if err == nil && rsp.GetMeta().GetTag() != req.Meta.Tag {
					err = fmt.Errorf("call %s got the answer of %s", req.Meta.Tag, rsp.GetMeta().GetTag())
				}
				if err == nil && len(rsp.GetDesired().GetResources()) == 0 {
					err = fmt.Errorf("no resources: %v", rsp)
				}
				if err != nil {
					problems <- err
				}
			}()
		}
		all.Wait()
		close(problems)
		for err := range problems {
			return fmt.Errorf("%w (and %d more)", err, len(problems))
		}
		return nil
	})
}

func manyConnections(ctx context.Context, b *bench) error {
	var all sync.WaitGroup
	problems := make(chan error, 100)
	for range 100 {
		all.Add(1)
		go func() {
			defer all.Done()
			problems <- b.connected(func(conn *grpc.ClientConn) error { return stillServes(ctx, conn) })
		}()
	}
	all.Wait()
	close(problems)
	for err := range problems {
		if err != nil {
			return err
		}
	}
	return nil
}

// A large request takes its time; small ones beside it do not wait until it is done.
func largeAndSmall(ctx context.Context, b *bench) error {
	wire, err := padded(b.maxMiB<<20-(128<<10), false)
	if err != nil {
		return err
	}
	return b.connected(func(conn *grpc.ClientConn) error {
		var large atomic.Int32
		stop, cancel := context.WithCancel(ctx)
		var all sync.WaitGroup
		for range 4 {
			all.Add(1)
			go func() {
				defer all.Done()
				for stop.Err() == nil {
					if _, err := runBytes(ctx, conn, runV1, wire, grpc.MaxCallSendMsgSize(1<<30)); err == nil {
						large.Add(1)
					}
				}
			}()
		}
		var worst time.Duration
		err := b.connected(func(own *grpc.ClientConn) error {
			for range 300 {
				from := time.Now()
				if err := stillServes(ctx, own); err != nil {
					return err
				}
				worst = max(worst, time.Since(from))
			}
			return nil
		})
		cancel()
		all.Wait()
		if err != nil {
			return err
		}
		if large.Load() == 0 {
			return fmt.Errorf("no large request was answered")
		}
		if worst > 2*time.Second {
			return fmt.Errorf("beside %d large requests a small one took %s", large.Load(), worst)
		}
		return nil
	})
}

// PING frames as clients send them who want to know whether we live (RFC 9113), with no call running.  grpc-go cannot ask
// more often than each 10 s; these come each 30 s as in the strictest configuration we promise to bear.
func keepalive(ctx context.Context, b *bench) error {
	const each, times = 30 * time.Second, 4 // the fourth is one too many for gRPC core as it comes
	raw, err := net.Dial("tcp", b.address)
	if err != nil {
		return err
	}
	defer raw.Close()
	if _, err := io.WriteString(raw, http2.ClientPreface); err != nil {
		return err
	}
	framer := http2.NewFramer(raw, raw)
	if err := framer.WriteSettings(); err != nil {
		return err
	}
	pongs, ended := make(chan struct{}, times), make(chan error, 1)
	go func() {
		for {
			frame, err := framer.ReadFrame()
			if err != nil {
				ended <- err
				return
			}
			switch f := frame.(type) {
			case *http2.PingFrame:
				if f.IsAck() {
					pongs <- struct{}{}
				}
			case *http2.GoAwayFrame:
				ended <- fmt.Errorf("GOAWAY %s %q", f.ErrCode, f.DebugData())
				return
			}
		}
	}()
	for i := range times {
		if err := framer.WritePing(false, [8]byte{byte(i)}); err != nil {
			return err
		}
		select {
		case <-pongs:
		case err := <-ended:
			return fmt.Errorf("at ping %d: %w", i+1, err)
		case <-time.After(10 * time.Second):
			return fmt.Errorf("ping %d has no answer", i+1)
		}
		pause := each
		if i == times-1 {
			pause = 3 * time.Second // the GOAWAY comes after the answer
		}
		select {
		case err := <-ended:
			return fmt.Errorf("after ping %d: %w", i+1, err)
		case <-time.After(pause):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// For a server whose connections may be a second old: clients are sent away politely and no call is lost.
func connectionsGrowOld(ctx context.Context, b *bench) error {
	return b.connected(func(conn *grpc.ClientConn) error {
		until := time.Now().Add(6 * time.Second)
		changes, seen := 0, make(chan struct{})
		go func() {
			defer close(seen)
			state := conn.GetState()
			for time.Now().Before(until) {
				wait, cancel := context.WithDeadline(ctx, until)
				if conn.WaitForStateChange(wait, state) {
					state = conn.GetState()
					if state != connectivity.Ready {
						changes++
					}
				}
				cancel()
			}
		}()
		for i := 0; time.Now().Before(until); i++ {
			if err := stillServes(ctx, conn); err != nil {
				return fmt.Errorf("call %d: %w", i, err)
			}
			time.Sleep(time.Millisecond)
		}
		<-seen
		if changes < 2 {
			return fmt.Errorf("in 6 s the connection ended %d times", changes)
		}
		return nil
	})
}

// Eight callers until nobody listens any more.  Whatever reached the server is answered: the only failure is that a
// connection is refused.
func callUntilGone(b *bench) error {
	wire, err := proto.Marshal(requestFor(shootComposite("my-cluster")))
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	defer cancel()
	var all sync.WaitGroup
	var answered atomic.Int64
	var once sync.Once
	lost := make(chan error, 8)
	for range 8 {
		all.Add(1)
		go func() {
			defer all.Done()
			err := b.connected(func(conn *grpc.ClientConn) error {
				for {
					got, err := runBytes(ctx, conn, runV1, wire, grpc.WaitForReady(false))
					if err != nil {
						return err
					}
					if len(got) == 0 {
						return fmt.Errorf("an empty answer")
					}
					if answered.Add(1) == 200 {
						once.Do(func() { fmt.Println("calling") })
					}
				}
			})
			if status.Code(err) != codes.Unavailable || !strings.Contains(err.Error(), "connection refused") {
				lost <- err
			}
		}()
	}
	all.Wait()
	close(lost)
	for err := range lost {
		return fmt.Errorf("after %d answers a call was lost: %w", answered.Load(), err)
	}
	fmt.Printf("%d calls answered, none lost\n", answered.Load())
	return nil
}
