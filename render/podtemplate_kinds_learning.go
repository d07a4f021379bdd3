package render

import "slices"

// learningKinds train and serve models.
var learningKinds = []customKind{
	// https://github.com/kubeflow/kubeflow/blob/master/components/notebook-controller/api/v1/notebook_types.go
	{group: "kubeflow.org", kinds: []string{"Notebook"}, pods: []podShape{{at: "spec.template", spec: "spec"}}},
	// https://github.com/kubeflow/training-operator/tree/release-1.9/pkg/apis/kubeflow.org/v1
	// https://github.com/kubeflow/mpi-operator/blob/master/pkg/apis/kubeflow/v2beta1/types.go
	{group: "kubeflow.org", kinds: []string{"PyTorchJob"}, pods: templates("spec.pytorchReplicaSpecs.*.template")},
	{group: "kubeflow.org", kinds: []string{"TFJob"}, pods: templates("spec.tfReplicaSpecs.*.template")},
	{group: "kubeflow.org", kinds: []string{"MPIJob"}, pods: templates("spec.mpiReplicaSpecs.*.template")},
	{group: "kubeflow.org", kinds: []string{"XGBoostJob"}, pods: templates("spec.xgbReplicaSpecs.*.template")},
	{group: "kubeflow.org", kinds: []string{"PaddleJob"}, pods: templates("spec.paddleReplicaSpecs.*.template")},
	{group: "kubeflow.org", kinds: []string{"JAXJob"}, pods: templates("spec.jaxReplicaSpecs.*.template")},
	{group: "kubeflow.org", kinds: []string{"MXJob"}, pods: templates("spec.mxReplicaSpecs.*.template")},
	// A TrainJob patches the templates of a runtime.
	// https://github.com/kubeflow/trainer/blob/master/pkg/apis/trainer/v1alpha1/trainjob_types.go
	{group: "trainer.kubeflow.org", kinds: []string{"TrainJob"}, pods: []podShape{
		completed("spec.runtimePatches[].trainingRuntimeSpec.template.spec.replicatedJobs[].template.spec.template"),
		completed("spec.podTemplateOverrides[]"),                  // in v2.1
		{at: "spec.podSpecOverrides[]", spec: ".", partial: true}, // in v2.0
	}},
	// https://github.com/kubeflow/trainer/blob/master/pkg/apis/trainer/v1alpha1/trainingruntime_types.go
	{group: "trainer.kubeflow.org", kinds: []string{"TrainingRuntime", "ClusterTrainingRuntime"}, pods: []podShape{
		completed("spec.template.spec.replicatedJobs[].template.spec.template"),
	}},
	// https://github.com/kserve/kserve/blob/master/pkg/apis/serving/v1beta1/inference_service.go
	{group: kserve, kinds: []string{"InferenceService"}, pods: slices.Concat(
		predictor("spec.predictor"), predictor("spec.canary[].predictor"),
		[]podShape{component("spec.transformer"), component("spec.explainer", "art")},
	)},
	// https://github.com/kserve/kserve/blob/master/pkg/apis/serving/v1alpha1/servingruntime_types.go
	{group: kserve, kinds: []string{"ServingRuntime", "ClusterServingRuntime"}, pods: []podShape{
		component("spec"), {at: "spec.workerSpec", spec: ".", partial: true},
	}},
	// https://github.com/kserve/kserve/blob/master/pkg/apis/serving/v1alpha1/llm_inference_service_types.go
	{group: kserve, kinds: []string{"LLMInferenceService", "LLMInferenceServiceConfig"}, pods: []podShape{
		{at: "spec.template", spec: ".", partial: true},
		{at: "spec.worker", spec: ".", partial: true},
		{at: "spec.prefill.template", spec: ".", partial: true},
		{at: "spec.prefill.worker", spec: ".", partial: true},
		{at: "spec.router.scheduler.template", spec: ".", partial: true},
	}},
	// https://github.com/ray-project/kuberay/tree/master/ray-operator/apis/ray/v1
	{group: ray, kinds: []string{"RayCluster"}, pods: rayCluster("spec")},
	{group: ray, kinds: []string{"RayService"}, pods: rayCluster("spec.rayClusterConfig")},
	{group: ray, kinds: []string{"RayJob"}, pods: append(rayCluster("spec.rayClusterSpec"), template("spec.submitterPodTemplate"))},
	{
		group: ray, kinds: []string{"RayCronJob"},
		pods: append(rayCluster("spec.jobTemplate.rayClusterSpec"), template("spec.jobTemplate.submitterPodTemplate")),
	},
}

const (
	kserve = "serving.kserve.io"
	ray    = "ray.io"
)

func rayCluster(at string) []podShape {
	return templates(at+".headGroupSpec.template", at+".workerGroupSpecs[].template")
}

// predictor returns the shapes of a predictor: a pod spec, in which the server of a framework is
// one more container.
func predictor(at string) []podShape {
	return []podShape{
		component(at, "model", "sklearn", "xgboost", "tensorflow", "pytorch", "triton", "onnx", "huggingface", "pmml", "lightgbm", "paddle"),
		{at: at + ".workerSpec", spec: ".", partial: true},
	}
}

func component(at string, servers ...string) podShape {
	return podShape{
		at: at, spec: ".", partial: true,
		parts: slices.Concat(parts(asContainer, servers...), parts("metadata.annotations", "annotations")),
	}
}
