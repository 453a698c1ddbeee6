// Package info maps the Terraform provider "random" to Pulumi's package of that name.
package info

import (
	"context"
	"errors"

	pf "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/pf/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge/tokens"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/terraform-providers/terraform-provider-random/shim"
)

const (
	// Name of the package, in Pulumi and in Terraform.
	Name = "random"
	// Version of the Pulumi release that bridges this Terraform provider; npm's @pulumi/random carries the same.
	Version = "4.18.2"
)

// Provider describes the bridged provider: each Terraform resource random_x is random:index/randomX:RandomX in Pulumi, as
// in the release, so that state written by one is read by the other.
func Provider() tfbridge.ProviderInfo {
	provider := tfbridge.ProviderInfo{
		P:            pf.ShimProvider(shim.NewProvider()),
		Name:         Name,
		Version:      Version,
		MetadataInfo: tfbridge.NewProviderMetadata([]byte("{}")),
		Resources: map[string]*tfbridge.ResourceInfo{
			// The one resource here without an id of its own in Terraform.
			"random_bytes": {ComputeID: bytesID},
		},
	}
	provider.MustComputeTokens(tokens.SingleModule("random_", "index", func(module, name string) (string, error) {
		return tokens.MakeStandard(Name)(module, "Random"+name)
	}))
	provider.MustApplyAutoAliases()
	return provider
}

// bytesID identifies a random_bytes resource by its value, in base64.
func bytesID(_ context.Context, state resource.PropertyMap) (resource.ID, error) {
	value, ok := state["base64"]
	if !ok {
		return "", errors.New("random_bytes: the state has no base64 value to make an id of")
	}
	if value.IsSecret() {
		value = value.SecretValue().Element
	}
	return resource.ID(value.StringValue()), nil
}
