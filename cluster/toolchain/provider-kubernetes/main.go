// Command pulumi-resource-kubernetes is the Kubernetes provider, release 4.25.0, from its published Go module.
//
// The provider's own main package embeds files that only its release build generates, so the published module cannot be
// built as it stands. Its schema is in the module all the same: the build copies schema.json and terraform-mapping.json
// beside this file (see ../tools.ts) and nothing else is needed.
package main

import (
	_ "embed"

	"github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/provider"
	"github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/version"
)

var (
	//go:embed schema.json
	schema []byte
	//go:embed terraform-mapping.json
	terraformMapping []byte
)

func main() {
	// version.Version is set by the linker.
	provider.Serve("kubernetes", version.Version, schema, terraformMapping)
}
