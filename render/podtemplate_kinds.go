package render

import "slices"

// A customKind is a kind of custom resource of which podmend knows where its pods are.
type customKind struct {
	group string
	kinds []string
	// pods is empty for a kind that looks as if it held one and does not.
	pods []podShape
	// open says that the object also holds whole other objects or templates of unknown kinds.
	open bool
}

// customKinds is the table of known kinds. Each entry names the source that it was written from.
var customKinds = slices.Concat(rolloutKinds, workloadKinds, jobKinds, learningKinds, tektonKinds, operatorKinds)

var customKindIndex = indexCustomKinds()

type groupKind struct{ group, kind string }

func indexCustomKinds() map[groupKind]*customKind {
	index := map[groupKind]*customKind{}
	for i := range customKinds {
		for _, kind := range customKinds[i].kinds {
			index[groupKind{customKinds[i].group, kind}] = &customKinds[i]
		}
	}
	return index
}

func customKindOf(kind, api string) *customKind { return customKindIndex[groupKind{api, kind}] }

// templates makes the shapes of plain pod templates.
func templates(places ...string) []podShape {
	shapes := make([]podShape, 0, len(places))
	for _, at := range places {
		shapes = append(shapes, template(at))
	}
	return shapes
}

// rolloutKinds replace Deployments, StatefulSets and DaemonSets with others of the same template.
var rolloutKinds = []customKind{
	// A Rollout with workloadRef has no template; the Deployment that it names is judged by itself.
	// https://github.com/argoproj/argo-rollouts/blob/master/pkg/apis/rollouts/v1alpha1/types.go
	{group: "argoproj.io", kinds: []string{"Rollout"}, pods: templates("spec.template")},
	// https://github.com/argoproj/argo-rollouts/blob/master/pkg/apis/rollouts/v1alpha1/experiment_types.go
	{group: "argoproj.io", kinds: []string{"Experiment"}, pods: templates("spec.templates[].template")},
	// https://github.com/argoproj/argo-rollouts/blob/master/pkg/apis/rollouts/v1alpha1/analysis_types.go
	{
		group: "argoproj.io", kinds: []string{"AnalysisTemplate", "ClusterAnalysisTemplate", "AnalysisRun"},
		pods: templates("spec.metrics[].provider.job.spec.template"),
	},
	// https://github.com/openshift/api/blob/master/apps/v1/types.go
	{group: "apps.openshift.io", kinds: []string{"DeploymentConfig"}, pods: templates("spec.template")},
	// The name of the group before OpenShift 3.6, still found in templates.
	{group: "", kinds: []string{"DeploymentConfig"}, pods: templates("spec.template")},
	// https://github.com/knative/serving/blob/main/pkg/apis/serving/v1/configuration_types.go
	{group: "serving.knative.dev", kinds: []string{"Service", "Configuration"}, pods: templates("spec.template")},
	// https://github.com/knative/serving/blob/main/pkg/apis/serving/v1/revision_types.go
	{group: "serving.knative.dev", kinds: []string{"Revision"}, pods: templates(".")},
	// https://github.com/kubernetes-sigs/lws/blob/main/api/leaderworkerset/v1/leaderworkerset_types.go
	{
		group: "leaderworkerset.x-k8s.io", kinds: []string{"LeaderWorkerSet"},
		pods: templates("spec.leaderWorkerTemplate.leaderTemplate", "spec.leaderWorkerTemplate.workerTemplate"),
	},
}

// workloadKinds are OpenKruise's.
// https://github.com/openkruise/kruise/tree/master/apis/apps
var workloadKinds = []customKind{
	{group: "apps.kruise.io", kinds: []string{"CloneSet", "StatefulSet", "DaemonSet", "BroadcastJob"}, pods: templates("spec.template")},
	{
		group: "apps.kruise.io", kinds: []string{"AdvancedCronJob"},
		pods: templates("spec.template.jobTemplate.spec.template", "spec.template.broadcastJobTemplate.spec.template"),
	},
	{
		group: "apps.kruise.io", kinds: []string{"UnitedDeployment"},
		pods: templates(
			"spec.template.statefulSetTemplate.spec.template",
			"spec.template.advancedStatefulSetTemplate.spec.template",
			"spec.template.cloneSetTemplate.spec.template",
			"spec.template.deploymentTemplate.spec.template"),
	},
	// Its containers and volumes are injected into the pods that it selects.
	{group: "apps.kruise.io", kinds: []string{"SidecarSet"}, pods: []podShape{{at: "spec", spec: ".", partial: true}}},
	// Its ephemeral containers are added to pods that run.
	{group: "apps.kruise.io", kinds: []string{"EphemeralJob"}, pods: []podShape{{at: "spec.template", spec: ".", partial: true}}},
	// They pull images and run none.
	{group: "apps.kruise.io", kinds: []string{"ImagePullJob", "ImageListPullJob", "NodeImage"}},
}

// jobKinds run pods to their end.
var jobKinds = []customKind{
	// https://github.com/volcano-sh/apis/blob/master/pkg/apis/batch/v1alpha1/job.go
	{group: "batch.volcano.sh", kinds: []string{"Job"}, pods: templates("spec.tasks[].template")},
	{group: "batch.volcano.sh", kinds: []string{"CronJob"}, pods: templates("spec.jobTemplate.spec.tasks[].template")},
	// https://github.com/volcano-sh/apis/blob/master/pkg/apis/flow/v1alpha1/jobtemplate_types.go
	{group: "flow.volcano.sh", kinds: []string{"JobTemplate"}, pods: templates("spec.tasks[].template")},
	// https://github.com/kedacore/keda/blob/main/apis/keda/v1alpha1/scaledjob_types.go
	{group: "keda.sh", kinds: []string{"ScaledJob"}, pods: templates("spec.jobTargetRef.template")},
	// https://github.com/kubernetes-sigs/jobset/blob/main/api/jobset/v1alpha2/jobset_types.go
	{group: "jobset.x-k8s.io", kinds: []string{"JobSet"}, pods: templates("spec.replicatedJobs[].template.spec.template")},
	// https://github.com/argoproj/argo-workflows/blob/main/pkg/apis/workflow/v1alpha1/workflow_types.go
	{group: "argoproj.io", kinds: []string{"Workflow", "WorkflowTemplate", "ClusterWorkflowTemplate"}, pods: workflow("spec")},
	// https://github.com/argoproj/argo-workflows/blob/main/pkg/apis/workflow/v1alpha1/cron_workflow_types.go
	{group: "argoproj.io", kinds: []string{"CronWorkflow"}, pods: workflow("spec.workflowSpec")},
	// A trigger may hold whole objects to be made.
	// https://github.com/argoproj/argo-events/blob/master/pkg/apis/events/v1alpha1/template.go
	{group: "argoproj.io", kinds: []string{"Sensor", "EventSource"}, open: true, pods: []podShape{{
		at: "spec.template", meta: "metadata", partial: true,
		parts: slices.Concat(
			parts(asContainer, "container"), parts(asVolume, "volumes[]"), podFields(".", "securityContext")),
	}}},
	// https://github.com/kubeflow/spark-operator/blob/master/api/v1beta2/sparkapplication_types.go
	{group: "sparkoperator.k8s.io", kinds: []string{"SparkApplication"}, pods: spark("spec")},
	{group: "sparkoperator.k8s.io", kinds: []string{"ScheduledSparkApplication"}, pods: spark("spec.template")},
	// https://github.com/kubeflow/spark-operator/blob/master/api/v1alpha1/sparkconnect_types.go
	{group: "sparkoperator.k8s.io", kinds: []string{"SparkConnect"}, pods: []podShape{
		completed("spec.server.template"), completed("spec.executor.template"),
	}},
}

// workflow returns the shapes of a WorkflowSpec: what all its pods share, and the templates. A
// string in podSpecPatch is not read: its fields depend on parameters.
func workflow(at string) []podShape {
	places := []string{"templateDefaults", "templates[]", "templates[].dag.tasks[].inline", "templates[].steps[][].inline"}
	return slices.Concat([]podShape{workflowShared(at, places)}, workflowTemplates(at, places))
}

func workflowShared(at string, places []string) podShape {
	shared := podShape{at: at, meta: "podMetadata", partial: true}
	shared.parts = slices.Concat(parts(asVolume, "volumes[]"), podFields(".", "securityContext", "hostNetwork", "dnsPolicy"))
	for _, place := range places {
		for _, container := range workflowContainers {
			shared.parts = append(shared.parts, mounting(place+"."+container)...)
		}
	}
	return shared
}

// workflowContainers are the places for containers in a template.
var workflowContainers = []string{"container", "script", "containerSet.containers[]", "initContainers[]", "sidecars[]"}

func workflowTemplates(at string, places []string) []podShape {
	var shapes []podShape
	for _, place := range places {
		shapes = append(shapes, podShape{
			at: at + "." + place, meta: "metadata", partial: true,
			parts: slices.Concat(
				parts(asContainer, "container", "script", "containerSet.containers[]", "sidecars[]"),
				parts(asInitContainer, "initContainers[]"),
				parts(asVolume, "volumes[]"),
				podFields(".", "securityContext")),
		})
	}
	return shapes
}

// spark returns the shapes of a SparkApplicationSpec: the volumes that driver and executor
// share, then each of them.
func spark(at string) []podShape {
	shapes := []podShape{{
		at: at, partial: true,
		parts: slices.Concat(parts(asVolume, "volumes[]"), mounting(
			"driver", "driver.sidecars[]", "driver.initContainers[]",
			"executor", "executor.sidecars[]", "executor.initContainers[]")),
	}}
	for _, role := range []string{"driver", "executor"} {
		shapes = append(shapes,
			podShape{
				at: at + "." + role, partial: true,
				parts: slices.Concat(
					[]podPart{{field: asContainer, from: ".", name: role, only: sparkContainer}},
					parts(asContainer, "sidecars[]"),
					parts(asInitContainer, "initContainers[]"),
					[]podPart{{field: "spec.securityContext", from: "podSecurityContext"}},
					podFields(".", "hostNetwork"),
					parts("metadata.annotations", "annotations")),
			},
			completed(at+"."+role+".template"))
	}
	return shapes
}

// sparkContainer are the fields of Spark's own container.
var sparkContainer = []string{"image", "env", "envFrom", "lifecycle", "ports", "securityContext", "volumeMounts"}
