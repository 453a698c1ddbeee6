// Package shim reaches the Terraform provider's constructor, which is in an internal package of its module. Go lets a
// package import it whose path begins with that module's, which is why this folder is a module with such a path.
package shim

import (
	framework "github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/terraform-providers/terraform-provider-random/internal/provider"
)

// NewProvider returns the Terraform provider.
func NewProvider() framework.Provider { return provider.New() }
