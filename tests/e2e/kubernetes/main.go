// A Kubernetes API server and the etcd it needs, both real, in one program: they share most of what has to be compiled.
//
//	kubernetes DIRECTORY [flag of kube-apiserver...]
//
// etcd keeps its data in DIRECTORY, listens on sockets there and does not wait for the disk. The program ends with SIGTERM, and
// when its standard input does: so it does not outlive who started it.
package main

import (
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"

	"go.etcd.io/etcd/server/v3/embed"
	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/logs/json/register"
	"k8s.io/kubernetes/cmd/kube-apiserver/app"
)

func main() {
	if len(os.Args) < 2 {
		fail(fmt.Errorf("usage: kubernetes DIRECTORY [flag of kube-apiserver...]"))
	}
	directory, err := filepath.Abs(os.Args[1])
	if err != nil {
		fail(err)
	}
	etcd, err := startEtcd(directory)
	if err != nil {
		fail(fmt.Errorf("etcd: %w", err))
	}
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	os.Args = append([]string{os.Args[0], "--etcd-servers=" + etcd.Config().ListenClientUrls[0].String()}, os.Args[2:]...)
	code := cli.Run(app.NewAPIServerCommand())
	etcd.Close()
	os.Exit(code)
}

func startEtcd(directory string) (*embed.Etcd, error) {
	config := embed.NewConfig()
	config.Dir = filepath.Join(directory, "etcd")
	config.LogLevel = "error"
	config.UnsafeNoFsync = true
	clients := url.URL{Scheme: "unix", Path: filepath.Join(directory, "clients.sock")}
	peers := url.URL{Scheme: "unix", Path: filepath.Join(directory, "peers.sock")}
	config.ListenClientUrls, config.ListenPeerUrls = []url.URL{clients}, []url.URL{peers}
	// What it advertises are its defaults, where nothing listens: it is alone, and its client is told where it is.
	config.InitialCluster = config.InitialClusterFromName(config.Name)
	etcd, err := embed.StartEtcd(config)
	if err != nil {
		return nil, err
	}
	select {
	case <-etcd.Server.ReadyNotify():
		return etcd, nil
	case err := <-etcd.Err():
		return nil, err
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
