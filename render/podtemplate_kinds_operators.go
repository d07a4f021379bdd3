package render

import "slices"

// operatorKinds are servers whose operator makes the pod and takes fields of it from the object.
var operatorKinds = slices.Concat([]customKind{
	// https://github.com/prometheus-operator/prometheus-operator/tree/main/pkg/apis/monitoring
	{group: "monitoring.coreos.com", kinds: []string{"Prometheus", "PrometheusAgent", "Alertmanager", "ThanosRuler"}, pods: []podShape{{
		at: "spec", spec: ".", meta: "podMetadata", partial: true,
		parts: []podPart{
			{field: asContainer, from: ".", name: "server", only: mounts, shared: true},
			{field: asContainer, from: "thanos", only: mounts, shared: true},
		},
	}}},
	// https://github.com/cloudnative-pg/cloudnative-pg/blob/main/api/v1/cluster_types.go
	{group: "postgresql.cnpg.io", kinds: []string{"Cluster"}, pods: []podShape{{
		at: "spec", partial: true,
		parts: []podPart{
			{field: asContainer, from: ".", name: "postgres", only: []string{"securityContext"}},
			{field: "spec.securityContext", from: "podSecurityContext"},
			{field: "spec.securityContext.seccompProfile", from: "seccompProfile"},
			{field: "metadata.annotations", from: "inheritedMetadata.annotations"},
		},
	}}},
	// https://github.com/cloudnative-pg/cloudnative-pg/blob/main/api/v1/pooler_types.go
	{group: "postgresql.cnpg.io", kinds: []string{"Pooler"}, pods: []podShape{completed("spec.template")}},
}, elasticKinds)

// https://github.com/elastic/cloud-on-k8s/tree/main/pkg/apis
var elasticKinds = []customKind{
	elastic("elasticsearch", "Elasticsearch", "spec.nodeSets[].podTemplate"),
	elastic("kibana", "Kibana", "spec.podTemplate"),
	elastic("apm", "ApmServer", "spec.podTemplate"),
	elastic("enterprisesearch", "EnterpriseSearch", "spec.podTemplate"),
	elastic("logstash", "Logstash", "spec.podTemplate"),
	elastic("maps", "ElasticMapsServer", "spec.podTemplate"),
	elastic("packageregistry", "PackageRegistry", "spec.podTemplate"),
	elastic("autoops", "AutoOpsAgentPolicy", "spec.podTemplate"),
	elastic("beat", "Beat", "spec.daemonSet.podTemplate", "spec.deployment.podTemplate"),
	elastic("agent", "Agent", "spec.daemonSet.podTemplate", "spec.deployment.podTemplate", "spec.statefulSet.podTemplate"),
}

func elastic(product, kind string, places ...string) customKind {
	known := customKind{group: product + ".k8s.elastic.co", kinds: []string{kind}}
	for _, at := range places {
		known.pods = append(known.pods, completed(at))
	}
	return known
}
