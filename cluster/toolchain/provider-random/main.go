// Command pulumi-resource-random is the random provider, release 4.18.2: the Terraform provider of the same name behind
// Pulumi's bridge.
//
// The bridge serves the schema that ./cmd/tfgen derives from the Terraform provider; the build runs that first
// (see ../tools.ts), so that schema.json stands beside this file.
package main

import (
	"context"
	_ "embed"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/pf/tfbridge"

	"mesh-tracing.local/toolchain/provider-random/info"
)

//go:embed schema.json
var schema []byte

func main() {
	tfbridge.Main(context.Background(), info.Name, info.Provider(), tfbridge.ProviderMetadata{PackageSchema: schema})
}
