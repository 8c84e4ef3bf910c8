// SPDX-License-Identifier: Apache-2.0

// Grpcgo calls function-cleura as Crossplane does: with grpc-go and the Go types that Crossplane's SDK publishes.
//
//	grpcgo certificates DIR              makes certificates the way Crossplane makes them
//	grpcgo checks                        lists the checks
//	grpcgo check [flags] [NAME...]       runs them, a line each: "ok NAME" or "FAILED NAME: why"
//	grpcgo callers [flags]               calls without a pause until the server is gone: none may be lost
//
// It starts no server: tests/e2e/cases do.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"google.golang.org/grpc"
)

// A check promises something to whoever calls the function.
type check struct {
	name string
	tls  bool // it is about handshakes: only with --certs
	run  func(context.Context, *bench) error
	// alone: neither with others nor without being named; it needs a server of its own or takes long.
	alone bool
	limit time.Duration // default 60 s
}

func allChecks() []check {
	return slices.Concat(callChecks, serviceChecks, faultChecks, loadChecks, tlsChecks)
}

func main() {
	if len(os.Args) < 2 {
		usage()
	}
	arguments := os.Args[2:]
	switch os.Args[1] {
	case "certificates":
		if len(arguments) != 1 {
			usage()
		}
		exitOn(writeAllCertificates(arguments[0]))
	case "checks":
		for _, c := range allChecks() {
			fmt.Println(c.name)
		}
	case "check":
		b, names := benchFromFlags(arguments)
		if len(names) == 0 {
			exitOn(reachable(b))
		}
		if failed := runChecks(b, names); failed > 0 {
			os.Exit(1)
		}
	case "callers":
		b, _ := benchFromFlags(arguments)
		exitOn(callUntilGone(b))
	default:
		usage()
	}
}

func usage() {
	fmt.Fprintln(os.Stderr, "usage: grpcgo certificates DIR | checks | check [flags] [NAME...] | callers [flags]")
	os.Exit(2)
}

func exitOn(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "grpcgo:", err)
		os.Exit(1)
	}
}

func benchFromFlags(arguments []string) (*bench, []string) {
	flags := flag.NewFlagSet("grpcgo", flag.ExitOnError)
	b := &bench{}
	flags.StringVar(&b.address, "address", "127.0.0.1:9443", "where function-cleura listens")
	flags.StringVar(&b.certs, "certs", "", "what 'certificates' made; without: plaintext")
	flags.StringVar(&b.cases, "cases", "", "tests/render: what a composite becomes")
	flags.IntVar(&b.maxMiB, "max-request-mib", 16, "what the server takes")
	exitOn(flags.Parse(arguments))
	return b, flags.Args()
}

// Without a connection no check has anything to say, and each would wait for one.
func reachable(b *bench) error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	return b.connected(func(conn *grpc.ClientConn) error { return stillServes(ctx, conn) })
}

// All that fit, or those that are named; the number that failed.
func runChecks(b *bench, names []string) int {
	known := map[string]bool{}
	failed := 0
	for _, c := range allChecks() {
		known[c.name] = true
		if len(names) > 0 && !slices.Contains(names, c.name) {
			continue
		}
		if len(names) == 0 && (c.alone || c.tls && b.certs == "") {
			continue
		}
		if err := runCheck(b, c); err != nil {
			fmt.Printf("FAILED %s: %s\n", c.name, strings.TrimSpace(err.Error()))
			failed++
			continue
		}
		fmt.Printf("ok %s\n", c.name)
	}
	for _, name := range names {
		if !known[name] {
			fmt.Printf("FAILED %s: there is no such check\n", name)
			failed++
		}
	}
	return failed
}

func runCheck(b *bench, c check) error {
	limit := c.limit
	if limit == 0 {
		limit = 60 * time.Second
	}
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	return c.run(ctx, b)
}
