// provider-http 1.0.14 as it is: its controllers, started as its own main does it, with two differences. It serves no metrics, because
// that port cannot be chosen there, and it ends when its standard input does: so it does not outlive who started it.
//
//	provider-http POLL     its --poll; KUBECONFIG says where
//
// The module's path lies below provider-http's, since what it needs of it is internal.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/crossplane-contrib/provider-http/apis"
	controllers "github.com/crossplane-contrib/provider-http/internal/controller"
	"github.com/crossplane/crossplane-runtime/v2/pkg/controller"
	"github.com/crossplane/crossplane-runtime/v2/pkg/feature"
	"github.com/crossplane/crossplane-runtime/v2/pkg/gate"
	"github.com/crossplane/crossplane-runtime/v2/pkg/logging"
	"github.com/crossplane/crossplane-runtime/v2/pkg/ratelimiter"
	"github.com/crossplane/crossplane-runtime/v2/pkg/reconciler/customresourcesgate"
	definitions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"
	"sigs.k8s.io/controller-runtime/pkg/metrics/server"
)

// What its flags are when nobody sets them.
const (
	rate    = 10
	timeout = 10 * time.Minute
	sync    = time.Hour
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	if len(os.Args) != 2 {
		return errors.New("usage: provider-http POLL")
	}
	poll, err := time.ParseDuration(os.Args[1])
	if err != nil {
		return err
	}
	log := zap.New()
	ctrl.SetLogger(log)
	cluster, err := ctrl.GetConfig()
	if err != nil {
		return err
	}
	every := sync
	manager, err := ctrl.NewManager(ratelimiter.LimitRESTConfig(cluster, rate), ctrl.Options{
		Cache:   cache.Options{SyncPeriod: &every},
		Metrics: server.Options{BindAddress: "0"},
	})
	if err != nil {
		return err
	}
	if err := setUp(manager, logging.NewLogrLogger(log.WithName("provider-http")), poll); err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctrl.SetupSignalHandler())
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		stop()
	}()
	return manager.Start(ctx)
}

// Each controller starts when its definition is there, as with all the rights that SafeStart asks for.
func setUp(manager ctrl.Manager, log logging.Logger, poll time.Duration) error {
	if err := apis.AddToScheme(manager.GetScheme()); err != nil {
		return err
	}
	if err := definitions.AddToScheme(manager.GetScheme()); err != nil {
		return err
	}
	options := controller.Options{
		Logger:                  log,
		MaxConcurrentReconciles: rate,
		PollInterval:            poll,
		GlobalRateLimiter:       ratelimiter.NewGlobal(rate),
		Features:                &feature.Flags{},
		Gate:                    new(gate.Gate[schema.GroupVersionKind]),
	}
	options.Features.Enable(feature.EnableBetaManagementPolicies)
	if err := customresourcesgate.Setup(manager, controller.Options{Gate: options.Gate, Logger: log, MaxConcurrentReconciles: 1}); err != nil {
		return err
	}
	return controllers.SetupGated(manager, options, timeout)
}
