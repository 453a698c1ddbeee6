// Modules that carry the CustomResourceDefinitions which ../../crds.ts picks from them. Nothing is compiled here.
module mesh-tracing.local/toolchain/crds

go 1.26

require (
	github.com/grafana/tempo-operator v0.20.0
	github.com/openshift/api v0.0.0-20250115152744-52377f09e5c9
	github.com/operator-framework/api v0.31.0
	github.com/prometheus-operator/prometheus-operator v0.73.2
	istio.io/api v0.0.0-20230217221049-9d422bf48675
)
