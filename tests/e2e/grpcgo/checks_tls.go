// SPDX-License-Identifier: Apache-2.0

// Who may in, with the certificates Crossplane makes, and who may not.
package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
)

var tlsChecks = []check{
	{name: "tls-1.3", tls: true, run: version(tls.VersionTLS13)},
	{name: "tls-1.2", tls: true, run: version(tls.VersionTLS12)},
	{name: "tls-1.1-is-refused", tls: true, run: oldTLS},
	{name: "no-certificate-is-refused", tls: true, run: refused(func(c *tls.Config) { c.Certificates = nil })},
	{name: "other-ca-is-refused", tls: true, run: refusedSecret("other-client")},
	{name: "other-ca-in-its-chain-is-refused", tls: true, run: refusedSecret("other-chain")},
	{name: "self-signed-is-refused", tls: true, run: refusedSecret("self-signed")},
	{name: "a-client-is-no-authority", tls: true, run: refusedSecret("by-client")},
	{name: "expired-is-refused", tls: true, run: refusedSecret("expired")},
	{name: "not-yet-valid-is-refused", tls: true, run: refusedSecret("early")},
	{name: "server-certificate-is-no-clients", tls: true, run: refusedSecret("server")},
	{name: "plaintext-is-refused", tls: true, run: plaintext},
	{name: "every-service-name", tls: true, run: everyName},
	{name: "resumed-session", tls: true, run: resumed},
	{name: "handshakes-that-stop", tls: true, run: stoppedHandshakes},
	{name: "new-certificates", tls: true, alone: true, run: newCertificates},
}

// One call with a changed configuration, without waiting for better times.
func callWith(ctx context.Context, b *bench, secret string, change func(*tls.Config)) error {
	config, err := b.tlsConfig(secret)
	if err != nil {
		return err
	}
	change(config)
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	conn, err := b.dial(grpc.WithTransportCredentials(credentials.NewTLS(config)))
	if err != nil {
		return err
	}
	defer conn.Close()
	_, err = runBytes(ctx, conn, runV1, nil, grpc.WaitForReady(false))
	return err
}

func version(v uint16) func(context.Context, *bench) error {
	return func(ctx context.Context, b *bench) error {
		return callWith(ctx, b, "client", func(c *tls.Config) { c.MinVersion, c.MaxVersion = v, v })
	}
}

// The handshake itself is refused, seen below gRPC.
func oldTLS(_ context.Context, b *bench) error {
	config, err := b.tlsConfig("client")
	if err != nil {
		return err
	}
	for _, v := range []uint16{tls.VersionTLS10, tls.VersionTLS11} {
		config.MinVersion, config.MaxVersion, config.NextProtos = v, v, []string{"h2"}
		conn, err := tls.Dial("tcp", b.address, config)
		if err == nil {
			conn.Close()
			return fmt.Errorf("%s is taken", tls.VersionName(v))
		}
	}
	return nil
}

func refused(change func(*tls.Config)) func(context.Context, *bench) error {
	return func(ctx context.Context, b *bench) error { return refusal(ctx, b, "client", change) }
}

func refusedSecret(name string) func(context.Context, *bench) error {
	return func(ctx context.Context, b *bench) error { return refusal(ctx, b, name, func(*tls.Config) {}) }
}

// With TLS 1.2 and 1.3: their handshakes check the client at different times.  A good client right after is served.
func refusal(ctx context.Context, b *bench, secret string, change func(*tls.Config)) error {
	for _, v := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		err := callWith(ctx, b, secret, func(c *tls.Config) {
			// Go offers no certificate that the server's list of issuers does not allow; a bad client would.
			if len(c.Certificates) > 0 {
				own := c.Certificates[0]
				c.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &own, nil }
			}
			change(c)
			if c.Certificates == nil {
				c.GetClientCertificate = nil
			}
			c.MinVersion, c.MaxVersion = v, v
		})
		if err == nil {
			return fmt.Errorf("with %s it is served", tls.VersionName(v))
		}
		if errors.Is(err, context.DeadlineExceeded) || wantUnavailable(err) != nil {
			return fmt.Errorf("with %s: %w", tls.VersionName(v), err)
		}
	}
	return callWith(ctx, b, "client", func(*tls.Config) {})
}

func plaintext(ctx context.Context, b *bench) error {
	conn, err := b.dial(grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return err
	}
	defer conn.Close()
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	if _, err := runBytes(ctx, conn, runV1, nil, grpc.WaitForReady(false)); wantUnavailable(err) != nil {
		return fmt.Errorf("without TLS: %v", err)
	}
	return nil
}

// The names of the Service; h2 is negotiated, without which grpc-go refuses the connection.
func everyName(ctx context.Context, b *bench) error {
	for _, name := range serverNames {
		if err := callWith(ctx, b, "client", func(c *tls.Config) { c.ServerName = name }); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	config, err := b.tlsConfig("client")
	if err != nil {
		return err
	}
	config.NextProtos = []string{"h2"}
	conn, err := tls.Dial("tcp", b.address, config)
	if err != nil {
		return err
	}
	defer conn.Close()
	chain := conn.ConnectionState().PeerCertificates
	if got := conn.ConnectionState().NegotiatedProtocol; got != "h2" {
		return fmt.Errorf("protocol %q is negotiated instead of h2", got)
	}
	if !slices.Equal(chain[0].DNSNames, serverNames) {
		return fmt.Errorf("the server shows a certificate for %v", chain[0].DNSNames)
	}
	return nil
}

// All certificates have the same issuer and serial number: a session is to be that of its own client.
func resumed(ctx context.Context, b *bench) error {
	for _, v := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		cache := tls.NewLRUClientSessionCache(8)
		for i := range 3 {
			err := callWith(ctx, b, "client", func(c *tls.Config) {
				c.ClientSessionCache, c.MinVersion, c.MaxVersion = cache, v, v
			})
			if err != nil {
				return fmt.Errorf("%s, connection %d: %w", tls.VersionName(v), i+1, err)
			}
		}
	}
	return nil
}

// Connections that say nothing, half of something, or rubbish: they hold nobody up.
func stoppedHandshakes(ctx context.Context, b *bench) error {
	for _, text := range []string{"", "\x16\x03\x01\x02\x00\x01", "GET / HTTP/1.1\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"} {
		for range 20 {
			conn, err := net.Dial("tcp", b.address)
			if err != nil {
				return err
			}
			defer conn.Close()
			if _, err := io.WriteString(conn, text); err != nil {
				return err
			}
		}
	}
	return callWith(ctx, b, "client", func(*tls.Config) {})
}

// The server's folder now holds another installation's: its clients are let in soon, the old ones no longer.
func newCertificates(ctx context.Context, b *bench) error {
	shown := func() error {
		config, err := b.tlsConfig("other-client")
		if err != nil {
			return err
		}
		other, err := b.poolOf("other-client")
		if err != nil {
			return err
		}
		config.RootCAs = other
		conn, err := b.dial(grpc.WithTransportCredentials(credentials.NewTLS(config)))
		if err != nil {
			return err
		}
		defer conn.Close()
		_, err = runBytes(ctx, conn, runV1, nil, grpc.WaitForReady(false))
		return err
	}
	var err error
	for ctx.Err() == nil {
		if err = shown(); err == nil {
			return refusedOld(ctx, b)
		}
		time.Sleep(200 * time.Millisecond)
	}
	return fmt.Errorf("the new certificates are not in use: %w", err)
}

func refusedOld(ctx context.Context, b *bench) error {
	other, err := b.poolOf("other-client")
	if err != nil {
		return err
	}
	err = callWith(ctx, b, "client", func(c *tls.Config) {
		own := c.Certificates[0]
		c.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &own, nil }
		c.RootCAs = other
	})
	if err == nil {
		return fmt.Errorf("a client of the old authority is still served")
	}
	return nil
}
