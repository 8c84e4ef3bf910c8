// `crossplane render` of Crossplane 1.20, which has engines of its own for what 2.x renders otherwise. The rest of its command line
// is left out: it is 400 packages more to compile.
package main

import (
	"github.com/alecthomas/kong"
	"github.com/crossplane/crossplane-runtime/pkg/logging"
	"github.com/crossplane/crossplane/cmd/crank/render"
)

func main() {
	var command struct {
		Render render.Cmd `cmd:""`
	}
	context := kong.Parse(&command, kong.Name("crossplane"), kong.BindTo(logging.NewNopLogger(), (*logging.Logger)(nil)))
	context.FatalIfErrorf(context.Run())
}
