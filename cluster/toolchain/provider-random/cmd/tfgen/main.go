// Command tfgen writes the Pulumi schema of the random provider: `go run ./cmd/tfgen schema --out .`
package main

import (
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/pf/tfgen"

	"mesh-tracing.local/toolchain/provider-random/info"
)

func main() { tfgen.Main(info.Name, info.Provider()) }
