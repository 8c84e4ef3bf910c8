// SPDX-License-Identifier: Apache-2.0

// Certificates as Crossplane's initializer and its package runtime make them: every subject is the same, which is also the
// issuer's; every serial number is 2022; RSA 2048 in PKCS#1; ten years; no authority key id, which Go leaves out when subject
// and issuer are equal.  TLS libraries that know certificates by issuer and serial are confused by them.
package main

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"time"
)

var everybody = pkix.Name{
	CommonName: "Crossplane", Organization: []string{"Crossplane"}, Country: []string{"Earth"},
	Province: []string{"Earth"}, Locality: []string{"Earth"},
}

const serverName = "function-cleura.crossplane-system"

var (
	serverNames = []string{"function-cleura", serverName, serverName + ".svc"}
	clientNames = []string{"crossplane.crossplane-system"}
)

type pair struct {
	certificate *x509.Certificate
	key         *rsa.PrivateKey
	pem         []byte
}

func makeCertificate(template *x509.Certificate, signer *pair) (*pair, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	if signer == nil {
		signer = &pair{certificate: template, key: key}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, signer.certificate, &key.PublicKey, signer.key)
	if err != nil {
		return nil, err
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	return &pair{certificate, key, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})}, nil
}

func makeCA() (*pair, error) {
	return makeCertificate(&x509.Certificate{
		SerialNumber: big.NewInt(2022), Subject: everybody, Issuer: everybody, DNSNames: []string{"crossplane-root-ca"},
		NotBefore: time.Now(), NotAfter: time.Now().AddDate(10, 0, 0), IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCRLSign | x509.KeyUsageCertSign,
	}, nil)
}

func makeLeaf(ca *pair, names []string, use x509.ExtKeyUsage, from, until time.Time) (*pair, error) {
	return makeCertificate(&x509.Certificate{
		SerialNumber: big.NewInt(2022), Subject: everybody, DNSNames: names, NotBefore: from, NotAfter: until,
		BasicConstraintsValid: true, ExtKeyUsage: []x509.ExtKeyUsage{use},
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment | x509.KeyUsageDataEncipherment,
	}, ca)
}

// The three keys of the Secrets, as they are mounted. 'more' follows the certificate in tls.crt.
func writeSecret(directory string, leaf, ca *pair, more ...*pair) error {
	if err := os.MkdirAll(directory, 0o755); err != nil {
		return err
	}
	key := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(leaf.key)})
	chain := leaf.pem
	for _, m := range more {
		chain = append(append([]byte{}, chain...), m.pem...)
	}
	for name, bytes := range map[string][]byte{"tls.crt": chain, "tls.key": key, "ca.crt": ca.pem} {
		if err := os.WriteFile(filepath.Join(directory, name), bytes, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// server, client: what Crossplane makes.  other-server, other-client: the same of another installation: only the keys differ.
// The rest is to be refused:
// expired, early: the client's, over since yesterday, not valid before tomorrow;
// self-signed: looks like the client's, by nobody's authority;
// by-client: signed with the client's key, which has the authority's name but not its rights;
// other-chain: other-client, which brings its authority along.
func writeAllCertificates(directory string) error {
	now, forever, day := time.Now(), time.Now().AddDate(10, 0, 0), 24*time.Hour
	ca, err := makeCA()
	if err != nil {
		return err
	}
	other, err := makeCA()
	if err != nil {
		return err
	}
	client, err := makeLeaf(ca, clientNames, x509.ExtKeyUsageClientAuth, now, forever)
	if err != nil {
		return err
	}
	if err := writeSecret(filepath.Join(directory, "client"), client, ca); err != nil {
		return err
	}
	leaves := []struct {
		name        string
		signer      *pair
		names       []string
		use         x509.ExtKeyUsage
		from, until time.Time
		more        []*pair
	}{
		{"server", ca, serverNames, x509.ExtKeyUsageServerAuth, now, forever, nil},
		{"other-server", other, serverNames, x509.ExtKeyUsageServerAuth, now, forever, nil},
		{"other-client", other, clientNames, x509.ExtKeyUsageClientAuth, now, forever, nil},
		{"other-chain", other, clientNames, x509.ExtKeyUsageClientAuth, now, forever, []*pair{other}},
		{"expired", ca, clientNames, x509.ExtKeyUsageClientAuth, now.Add(-2 * day), now.Add(-day), nil},
		{"early", ca, clientNames, x509.ExtKeyUsageClientAuth, now.Add(day), forever, nil},
		{"self-signed", nil, clientNames, x509.ExtKeyUsageClientAuth, now, forever, nil},
		{"by-client", client, clientNames, x509.ExtKeyUsageClientAuth, now, forever, []*pair{client}},
	}
	for _, l := range leaves {
		leaf, err := makeLeaf(l.signer, l.names, l.use, l.from, l.until)
		if err != nil {
			return err
		}
		authority := ca
		if l.signer == other {
			authority = other
		}
		if err := writeSecret(filepath.Join(directory, l.name), leaf, authority, l.more...); err != nil {
			return err
		}
	}
	return nil
}
